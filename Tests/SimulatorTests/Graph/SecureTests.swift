import HTTPClient
import JSON
import SocketLoop
import Testing

@testable import Simulator

@Suite("TLS")
struct SecureTests {
  @Test("who trusts the throwaway authority speaks HTTP/2; who does not gets no further than the handshake")
  func version() async throws {
    try await Site.run(environment: ["MARTLET_SIMULATOR_TLS_PORT": "0"]) { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let authority = try await site.client.send(HTTPClientRequest(url: site.url + "/control/authority")).text
      let trusting = HTTPClient(loop: SocketLoop(), authorities: authority)
      let url = "https://localhost:\(try await site.securePort.value)/v26.0/me/messages"
      let request = HTTPClientRequest(
        method: "POST", url: url, headers: [("Authorization", "Bearer \(Site.token)")],
        body: [UInt8](#"{"recipient":{"id":"p1"},"messaging_type":"RESPONSE","message":{"text":"hi"}}"#.utf8))
      let responses = try await withThrowingTaskGroup(of: HTTPClientResponse.self) { group in
        for _ in 1...50 { group.addTask { try await trusting.send(request) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(responses.allSatisfy { $0.status == 200 && $0.httpVersion == "2" })
      #expect(try await site.texts().count == 50)
      await #expect { try await site.client.send(request) } throws: { ($0 as? HTTPClientError)?.code == .tls }
    }
  }

  @Test("a call dropped over HTTP/2 takes no other call on its connection along")
  func drop() async throws {
    try await Site.run(environment: ["MARTLET_SIMULATOR_TLS_PORT": "0"]) { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("POST", "faults", ["on": "messages", "kind": "drop"])
      let authority = try await site.client.send(HTTPClientRequest(url: site.url + "/control/authority")).text
      let trusting = HTTPClient(loop: SocketLoop(), authorities: authority)
      let request = HTTPClientRequest(
        method: "POST", url: "https://localhost:\(try await site.securePort.value)/v26.0/me/messages",
        headers: [("Authorization", "Bearer \(Site.token)")],
        body: [UInt8](#"{"recipient":{"id":"p1"},"messaging_type":"RESPONSE","message":{"text":"hi"}}"#.utf8))
      let outcomes = await withTaskGroup(of: Int?.self) { group in
        for _ in 1...10 { group.addTask { try? await trusting.send(request).status } }
        return await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count { $0 == 200 } == 9)
      #expect(outcomes.count { $0 == nil } == 1)
    }
  }
}
