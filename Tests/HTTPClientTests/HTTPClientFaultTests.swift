import HTTPClient
import TestKit
import Testing

@Suite("The HTTP client, when the other side fails")
struct HTTPClientFaultTests {
  let client = HTTPClient(loop: sharedLoop)

  private func failure(_ request: HTTPClientRequest) async -> HTTPClientError? {
    do throws(HTTPClientError) {
      _ = try await client.send(request)
      return nil
    } catch {
      return error
    }
  }

  @Test("a refused connection says that nothing was sent")
  func refused() async {
    let url = "http://127.0.0.1:\(FaultServer.refusedPort())/v26.0/me/messages?access_token=secret"
    let error = await failure(HTTPClientRequest(method: "POST", url: url, body: [65]))
    #expect(error?.code == .connect)
    #expect(error?.mayHaveBeenSent == false)
    #expect(error?.description.contains("/v26.0/me/messages") == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test("a connection closed without an answer may have been sent")
  func closedWithoutAnswer() async {
    let server = FaultServer { connection in _ = connection.request() }
    defer { server.stop() }
    let error = await failure(HTTPClientRequest(method: "POST", url: server.url, body: [65]))
    #expect(error?.code == .closed)
    #expect(error?.mayHaveBeenSent == true)
  }

  @Test("a POST is never repeated when a kept connection ends without an answer")
  func postIsNotRepeated() async {
    let server = FaultServer { connection in
      while let request = connection.request() {
        guard request.hasPrefix("GET") else { return }
        connection.answer("ok")
      }
    }
    defer { server.stop() }
    #expect(await failure(HTTPClientRequest(url: server.url)) == nil)
    let error = await failure(HTTPClientRequest(method: "POST", url: server.url, body: [65]))
    #expect(error?.code == .closed)
    #expect(error?.mayHaveBeenSent == true)
    #expect(server.requests == 2)
  }

  @Test("a GET is repeated on a fresh connection when the kept one ends without an answer")
  func getIsRepeated() async throws {
    let server = FaultServer { connection in
      while connection.request() != nil {
        guard connection.number > 1 || connection.server.requests == 1 else { return }
        connection.answer("ok")
      }
    }
    defer { server.stop() }
    _ = try await client.send(HTTPClientRequest(url: server.url))
    #expect(try await client.send(HTTPClientRequest(url: server.url)).text == "ok")
    #expect(server.requests == 3)
  }

  @Test("a body cut short is an error, not a short answer")
  func closedMidBody() async {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
    }
    defer { server.stop() }
    let error = await failure(HTTPClientRequest(url: server.url))
    #expect(error?.code == .closed)
    #expect(error?.mayHaveBeenSent == true)
  }

  @Test("a server that never answers ends in a time-out that may have been sent")
  func hangs() async {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.hang()
    }
    defer { server.stop() }
    let error = await failure(HTTPClientRequest(method: "POST", url: server.url, timeout: .seconds(1)))
    #expect(error?.code == .timeout)
    #expect(error?.mayHaveBeenSent == true)
  }

  @Test("a call that timed out while it waited for a free connection was not sent")
  func timesOutInTheQueue() async throws {
    let client = HTTPClient(loop: sharedLoop, limits: .init(connectionsPerHost: 1))
    let server = FaultServer { connection in
      _ = connection.request()
      connection.hang()
    }
    defer { server.stop() }
    async let first = try? client.send(HTTPClientRequest(method: "POST", url: server.url, timeout: .seconds(60)))
    try await server.hasRead(1)
    do throws(HTTPClientError) {
      _ = try await client.send(HTTPClientRequest(method: "POST", url: server.url, timeout: .milliseconds(50)))
      Issue.record("answered by nobody")
    } catch {
      #expect(error.code == .timeout)
      #expect(!error.mayHaveBeenSent)
    }
    server.stop()
    #expect(await first == nil)
  }

  @Test("too large a body ends the call, whether announced or not")
  func tooLarge() async {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      while connection.send(String(repeating: "x", count: 4096)) {}
    }
    defer { server.stop() }
    let error = await failure(HTTPClientRequest(url: server.url, maximumResponseBytes: 10_000))
    #expect(error?.code == .tooLarge)
  }

  @Test("headers without end are refused")
  func endlessHeaders() async {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.send("HTTP/1.1 200 OK\r\n")
      while connection.send("X-Filler: \(String(repeating: "x", count: 4096))\r\n") {}
    }
    defer { server.stop() }
    #expect(await failure(HTTPClientRequest(url: server.url))?.code == .tooLarge)
  }

  @Test("an answer that is not HTTP is a protocol error")
  func notHTTP() async {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n")
    }
    defer { server.stop() }
    #expect(await failure(HTTPClientRequest(url: server.url))?.code == .protocolError)
  }

  @Test("TLS against a plain server is a TLS error and nothing was sent")
  func plainServer() async {
    let server = FaultServer { connection in
      connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
      connection.hang()
    }
    defer { server.stop() }
    let error = await failure(HTTPClientRequest(url: "https://127.0.0.1:\(server.port)/"))
    #expect(error?.code == .tls)
    #expect(error?.mayHaveBeenSent == false)
  }

  @Test(
    "what must not be sent is refused before a connection is made",
    arguments: [
      HTTPClientRequest(url: "http://127.0.0.1:1/", headers: [("A", "b\r\nC: d")]),
      HTTPClientRequest(url: "http://127.0.0.1:1/", allowsPlainHTTP: false),
      HTTPClientRequest(url: "file:///etc/passwd"),
      HTTPClientRequest(url: "not a url"),
    ])
  func invalid(_ request: HTTPClientRequest) async {
    let error = await failure(request)
    #expect(error?.code == .invalidRequest)
    #expect(error?.mayHaveBeenSent == false)
  }

  @Test("cancelling the task aborts the call and closes its connection")
  func cancellation() async throws {
    let server = FaultServer { connection in
      _ = connection.request()
      connection.hang()
    }
    defer { server.stop() }
    let call = Task { await failure(HTTPClientRequest(method: "POST", url: server.url, timeout: .seconds(60))) }
    try await server.hasRead(1)
    call.cancel()
    let error = await call.value
    #expect(error?.code == .cancelled)
    #expect(error?.mayHaveBeenSent == true)
  }

  @Test("a task cancelled before it calls sends nothing")
  func cancelledBefore() async {
    let server = FaultServer { connection in _ = connection.request() }
    defer { server.stop() }
    let call = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await failure(HTTPClientRequest(url: server.url))
    }
    #expect(await call.value?.mayHaveBeenSent == false)
    #expect(server.accepted == 0)
  }
}
