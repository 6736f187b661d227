import HTTPClient
import SocketLoop
import TestKit
import Testing

@Suite("The HTTP client, told what not to do")
struct HTTPClientGuardTests {
  let client = HTTPClient(loop: sharedLoop)

  private func failure(_ request: HTTPClientRequest) async -> HTTPClientError? {
    do {
      _ = try await client.send(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("a private address is never connected to, whatever name leads there", arguments: ["127.0.0.1", "localhost"])
  func privateAddress(host: String) async throws {
    let server = FaultServer { connection in
      while let request = connection.request() { connection.answer(request) }
    }
    defer { server.stop() }
    var request = HTTPClientRequest(url: "http://\(host):\(server.port)/")
    // A kept connection of another call is no way in either.
    _ = try await client.send(request)
    request.allowsPrivateAddresses = false
    let error = try #require(await failure(request))
    #expect(error.code == .forbiddenAddress)
    #expect(!error.mayHaveBeenSent)
    #expect(server.accepted == 1)
    #expect(server.requests == 1)
  }

  @Test("an answer of another type than asked for is not read, an error's is")
  func type() async throws {
    let server = FaultServer { connection in
      while let request = connection.request() {
        let status = request.hasPrefix("GET /missing") ? "404 Not Found" : "200 OK"
        connection.answer("<html>", status: status, headers: "Content-Type: Text/HTML; charset=utf-8\r\n")
      }
    }
    defer { server.stop() }
    var request = HTTPClientRequest(url: server.url + "/")
    request.acceptedTypes = ["image/", "video/"]
    #expect(await failure(request)?.code == .wrongType)
    request.acceptedTypes = ["text/html"]
    #expect(try await client.send(request).text == "<html>")
    request.acceptedTypes = ["image/"]
    request.url = server.url + "/missing"
    #expect(try await client.send(request).status == 404)
  }

  @Test("an answer that announces more than may come is ended before its body")
  func announced() async throws {
    let server = FaultServer { connection in
      guard connection.request() != nil else { return }
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
      connection.hang()
    }
    defer { server.stop() }
    #expect(await failure(HTTPClientRequest(url: server.url, maximumResponseBytes: 10))?.code == .tooLarge)
  }
}
