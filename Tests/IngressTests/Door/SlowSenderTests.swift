import Glibc
import ServiceKit
import TestKit
import Testing

@Suite("Slow senders", .timeLimit(.minutes(2)))
struct SlowSenderTests {
  private static let deadline = ["MARTLET_WEBHOOK_DEADLINE_SECONDS": "1"]

  /// What came back while `text` was sent a byte at a time, how long the connection lasted, and whether it was cut
  /// before all had been sent.
  private func drip(
    _ text: String, after start: String = "", to port: Int
  ) async throws -> (answer: RawConnection.Answer?, lasted: Duration, isCut: Bool) {
    try await onOwnThread {
      let connection = try RawConnection(port: port)
      let began = ContinuousClock.now
      connection.send(start)
      var sent = 0
      for byte in text.utf8 {
        guard !connection.hasNews, connection.send([byte]) else { break }
        sent += 1
        usleep(20_000)
      }
      let answer = try connection.answer()
      return (answer, began.duration(to: .now), sent < text.utf8.count)
    }
  }

  @Test("a head that drips in is cut off at the deadline, though no pause is long")
  func head() async throws {
    try await Doorway.with(Self.deadline) { door, _ async throws in
      let head = "POST /webhook HTTP/1.1\r\nHost: door\r\nX: " + String(repeating: "x", count: 4000)
      let (answer, lasted, isCut) = try await drip(head, to: door.port)
      #expect(isBare(answer, 408))
      #expect(answer?.header("connection") == "close")
      #expect(isCut && lasted >= .seconds(1), "\(lasted)")
    }
  }

  @Test("so is a body, from the request's first byte on, and nothing of it is stored")
  func body() async throws {
    try await Doorway.with(Self.deadline) { door, database async throws in
      let body = Doorway.message("m", text: String(repeating: "x", count: 4000))
      let head = Doorway.head([Doorway.signed(body), Doorway.length(body)])
      let (answer, lasted, isCut) = try await drip(body, after: head, to: door.port)
      #expect(isBare(answer, 408))
      #expect(isCut && lasted >= .seconds(1), "\(lasted)")
      #expect(try await database.texts("SELECT key AS v FROM martlet.event") == [])
    }
  }

  @Test("one that was refused already is cut off too, without a second answer")
  func refused() async throws {
    try await Doorway.with(Self.deadline) { door, _ async throws in
      let port = door.port
      let lasted = try await onOwnThread {
        let connection = try RawConnection(port: port)
        let began = ContinuousClock.now
        connection.send(Doorway.head(["Content-Length: 4000"]) + "x")
        #expect(try isBare(connection.answer(), 403))
        #expect(try connection.untilEnd() == [])
        return began.duration(to: .now)
      }
      // Not because it was idle, which is given more time.
      #expect(lasted >= .seconds(1) && lasted < RequestLimits().idle, "\(lasted)")
    }
  }

  @Test("a connection that waits between two requests is left alone, and each has the whole time")
  func keepAlive() async throws {
    try await Doorway.with(["MARTLET_WEBHOOK_DEADLINE_SECONDS": "2"]) { door, database async throws in
      let port = door.port
      try await onOwnThread {
        let connection = try RawConnection(port: port)
        for number in 0..<4 {
          let body = Doorway.message("m\(number)")
          let head = Doorway.head([Doorway.signed(body), Doorway.length(body)])
          connection.send(String(head.dropLast(4)))
          usleep(700_000)
          connection.send(String(head.suffix(4)))
          connection.send(body)
          #expect(try connection.answer()?.status == 200)
          if number == 1 { usleep(2_500_000) }
        }
      }
      #expect(try await database.texts("SELECT key AS v FROM martlet.event").count == 4)
    }
  }

  @Test("requests that are sent before the answer to the last are answered in turn")
  func pipelined() async throws {
    try await Doorway.with(Self.deadline) { door, database async throws in
      let port = door.port
      try await onOwnThread {
        let connection = try RawConnection(port: port)
        var all = ""
        for number in 0..<20 {
          let body = Doorway.message("m\(number)")
          let last = number == 19 ? ["Connection: close"] : []
          all += Doorway.head([Doorway.signed(body), Doorway.length(body)] + last) + body
        }
        connection.send(all)
        let bytes = try connection.untilEnd()
        let statuses = String(decoding: bytes, as: UTF8.self).split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
        #expect(statuses == Array(repeating: "200", count: 20))
      }
      #expect(try await database.texts("SELECT key AS v FROM martlet.event").count == 20)
    }
  }
}
