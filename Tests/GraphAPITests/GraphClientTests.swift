import HTTPClient
import JSON
import SocketLoop
import Testing

@testable import GraphAPI

@Suite("A call carries its token in a header only")
struct GraphClientTests {
  private let requests = GraphRequests(baseURL: "https://graph.example/v26.0/", timeout: .seconds(5))

  @Test("a message goes to the page, with the proof in its body")
  func message() throws {
    let request = try #require(
      requests.message(page: "123", token: "TOKEN", appSecretProof: "PROOF", body: ["recipient": ["id": "U1"]]))
    #expect(request.method == "POST")
    #expect(request.url == "https://graph.example/v26.0/123/messages")
    #expect(request.timeout == .seconds(5))
    #expect(request.allowsPlainHTTP == false)
    let body = try JSON(parsing: #require(request.body))
    #expect(body == ["recipient": ["id": "U1"], "appsecret_proof": "PROOF"])
    #expect(request.headers.contains { $0 == ("Authorization", "Bearer TOKEN") })
    #expect(request.headers.contains { $0 == ("Content-Type", "application/json") })
    #expect(!body.serialized().contains("TOKEN"))
  }

  @Test("a profile is asked for by the person's id, without the token in the URL")
  func profile() throws {
    let request = try #require(requests.profile(person: "U1", token: "TOKEN", appSecretProof: nil))
    #expect(request.method == "GET")
    #expect(request.url == "https://graph.example/v26.0/U1?fields=first_name,last_name,name,profile_pic")
    #expect(request.headers.contains { $0 == ("Authorization", "Bearer TOKEN") })
    let proven = try #require(requests.profile(person: "U1", token: "TOKEN", appSecretProof: "ab12"))
    #expect(proven.url.hasSuffix("&appsecret_proof=ab12"))
  }

  @Test("an id cannot change the path", arguments: ["", "../me", "1?x=1", "ref:r1", "1\r\n", "ä"])
  func paths(id: String) {
    #expect(requests.message(page: id, token: "TOKEN", appSecretProof: nil, body: [:]) == nil)
    #expect(requests.profile(person: id, token: "TOKEN", appSecretProof: nil) == nil)
  }

  @Test("a server that is not there is tried again, and the error holds no token")
  func refused() async throws {
    let loop = SocketLoop()
    defer { loop.stop() }
    let client = GraphClient(http: HTTPClient(loop: loop), baseURL: "http://127.0.0.1:1/v26.0")
    let outcome = await client.sendMessage(page: "1", token: "TOKEN", appSecretProof: "PROOF", body: ["a": "words"])
    guard case .refused(let error) = outcome else {
      Issue.record("a refused connection must be tried again")
      return
    }
    #expect(error.disposition == .retry)
    for secret in ["TOKEN", "PROOF", "words"] { #expect(!error.description.contains(secret)) }
    let thrown = await #expect(throws: GraphError.self) {
      try await client.profile(person: "U1", token: "TOKEN", appSecretProof: "PROOF")
    }
    #expect(thrown?.disposition == .retry)
    #expect(thrown.map { "\($0)".contains("PROOF") } == false)
  }
}
