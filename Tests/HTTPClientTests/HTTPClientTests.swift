import HTTPClient
import SocketLoop
import TestKit
import Testing

/// One loop for every test here, as a process has one; it is never stopped.
let sharedLoop = SocketLoop()

@Suite("The HTTP client, answered")
struct HTTPClientTests {
  let client = HTTPClient(loop: sharedLoop)

  @Test("method, path, headers and body arrive, and the answer comes back whole")
  func roundTrip() async throws {
    let server = FaultServer { connection in
      guard let request = connection.request() else { return }
      connection.answer(request, status: "418 Teapot", headers: "X-App-Usage: {\"call_count\":28}\r\n")
    }
    defer { server.stop() }
    let response = try await client.send(
      HTTPClientRequest(
        method: "POST", url: server.url + "/v26.0/me/messages?fields=id",
        headers: [("Authorization", "Bearer t"), ("Content-Type", "application/json"), ("X-Empty", "")],
        body: Array("{\"a\":\"ä\"}".utf8)))
    #expect(response.status == 418)
    #expect(response.header("x-app-usage") == "{\"call_count\":28}")
    #expect(response.httpVersion == "1.1")
    let sent = response.text
    #expect(sent.hasPrefix("POST /v26.0/me/messages?fields=id HTTP/1.1\r\n"))
    #expect(sent.contains("\r\nAuthorization: Bearer t\r\n"))
    #expect(sent.contains("\r\nX-Empty:\r\n"))
    #expect(sent.hasSuffix("\r\n\r\n{\"a\":\"ä\"}"))
    #expect(!sent.contains("Expect:"))
  }

  @Test("an empty POST has Content-Length 0, a DELETE has its name, a HEAD ends without a body")
  func otherMethods() async throws {
    let server = FaultServer { connection in
      while let request = connection.request() {
        if request.hasPrefix("HEAD") {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        } else {
          connection.answer(request)
        }
      }
    }
    defer { server.stop() }
    let post = try await client.send(HTTPClientRequest(method: "POST", url: server.url))
    #expect(post.text.contains("\r\nContent-Length: 0\r\n"))
    let delete = try await client.send(HTTPClientRequest(method: "DELETE", url: server.url + "/a"))
    #expect(delete.text.hasPrefix("DELETE /a "))
    let head = try await client.send(HTTPClientRequest(method: "HEAD", url: server.url))
    #expect(head.body.isEmpty)
    #expect(server.accepted == 1)
  }

  @Test("calls one after another share one kept connection, and each forgets the one before")
  func keepAlive() async throws {
    let server = FaultServer { connection in
      while let request = connection.request() { connection.answer(request) }
    }
    defer { server.stop() }
    let first = HTTPClientRequest(method: "POST", url: server.url, headers: [("X-Once", "1")], body: [65])
    _ = try await client.send(first)
    for _ in 0..<20 {
      let response = try await client.send(HTTPClientRequest(url: server.url))
      #expect(response.text.hasPrefix("GET / "))
      #expect(!response.text.contains("X-Once"))
    }
    #expect(server.accepted == 1)
  }

  @Test("many calls at once all get their own answer over a bounded number of connections")
  func concurrency() async throws {
    let client = HTTPClient(loop: sharedLoop, limits: .init(connectionsPerHost: 8))
    let server = FaultServer { connection in
      while let request = connection.request() { connection.answer(String(request.prefix(15))) }
    }
    defer { server.stop() }
    let wrong = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
      for number in 1000..<1500 {
        group.addTask {
          let response = try? await client.send(HTTPClientRequest(url: "\(server.url)/\(number)"))
          return response?.text == "GET /\(number) HTTP/"
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 0 : 1) }
    }
    #expect(wrong == 0)
    #expect(server.accepted <= 8)
  }

  @Test("an interim answer's headers are forgotten, a chunked body is put together")
  func interimAndChunked() async throws {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\n")
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    }
    defer { server.stop() }
    let response = try await client.send(HTTPClientRequest(url: server.url))
    #expect(response.text == "abcde")
    #expect(response.header("X-Early") == nil)
  }

  @Test("a redirect is an answer, not followed")
  func redirect() async throws {
    let server = FaultServer { connection in
      while connection.request() != nil {
        connection.answer("", status: "302 Found", headers: "Location: /elsewhere\r\n")
      }
    }
    defer { server.stop() }
    #expect(try await client.send(HTTPClientRequest(url: server.url)).status == 302)
    #expect(server.requests == 1)
  }
}
