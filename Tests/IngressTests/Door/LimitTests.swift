import Cryptography
import Postgres
import ServiceKit
import TestKit
import Testing

@testable import Ingress

@Suite("What the door lets in", .timeLimit(.minutes(2)))
struct LimitTests {
  @Test("a body over the limit is refused by its length, or where it passes the limit")
  func size() async throws {
    try await Doorway.with(["MARTLET_WEBHOOK_BODY_BYTES": "2000"]) { door, _ async throws in
      let rest = 2000 - Doorway.message("m1", text: "").utf8.count
      let largest = Doorway.message("m1", text: String(repeating: "x", count: rest))
      #expect(largest.utf8.count == 2000)
      #expect(try await door.post(largest, [Doorway.signed(largest)])?.status == 200)
      // Nothing of the body is sent: the length alone is the reason.
      let announced = Doorway.head([Doorway.signed("x"), "Content-Length: 2001"])
      #expect(try await isBare(door.send(announced), 413))
      let chunk = String(repeating: "x", count: 1001)
      let chunks = "3e9\r\n\(chunk)\r\n3e9\r\n\(chunk)\r\n0\r\n\r\n"
      let head = Doorway.head([Doorway.signed("x"), "Transfer-Encoding: chunked"])
      #expect(try await isBare(door.send(head + chunks), 413))
    }
  }

  @Test(
    "compressed bodies are refused, whatever they would unfold to",
    arguments: ["gzip", "deflate", "br", "identity, gzip"])
  func compressed(coding: String) async throws {
    try await Doorway.with { door, database async throws in
      let body = Doorway.message("m")
      #expect(try await isBare(door.post(body, [Doorway.signed(body), "Content-Encoding: \(coding)"]), 415))
      #expect(try await door.post(body, [Doorway.signed(body), "Content-Encoding: identity"])?.status == 200)
    }
  }

  @Test("what is signed and cannot be read is kept as it came, once, and answered 200")
  func unreadable() async throws {
    try await Doorway.with { door, database async throws in
      let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
      let many = "[" + String(repeating: "0,", count: 250_000) + "0]"
      for body in ["not JSON", "", "{\"object\":\"page\"}", "[]", "{\"object\":7}", deep, many] {
        for _ in 0..<2 {
          #expect(try await door.post(body, [Doorway.signed(body)])?.status == 200, "\(body.prefix(20))")
        }
      }
      let kept = try await database.texts(
        """
        SELECT convert_from(decode(body->>'base64', 'base64'), 'UTF8') AS v FROM martlet.event
        WHERE kind = 'unreadable'
        """)
      #expect(kept.sorted() == ["", "not JSON", "[]", "{\"object\":7}", "{\"object\":\"page\"}", deep, many].sorted())
      #expect(try await database.texts("SELECT kind AS v FROM martlet.queue_understand") == [])
      let other = "{\"object\":\"instagram\",\"entry\":[]}"
      #expect(try await isBare(door.post(other, [Doorway.signed(other)]), 404))
    }
  }

  @Test("more requests at once than allowed are told to come again, and are then taken")
  func inFlight() async throws {
    try await Doorway.with(["MARTLET_WEBHOOK_IN_FLIGHT": "1", "MARTLET_WEBHOOK_DEADLINE_SECONDS": "30"]) {
      door, _ async throws in
      let body = Doorway.message("m")
      let port = door.port
      let slow = try await onOwnThread {
        let slow = try RawConnection(port: port)
        slow.send(Doorway.head([Doorway.signed(body), Doorway.length(body)]) + body.dropLast())
        return slow
      }
      try await eventually { door.traffic.requests == 1 }
      let answer = try await door.post(body, [Doorway.signed(body)])
      #expect(isBare(answer, 503) && answer?.header("retry-after") == "1")
      try await onOwnThread { () throws in
        slow.send(String(body.suffix(1)))
        #expect(try slow.answer()?.status == 200)
      }
      try await eventually { door.traffic.requests == 0 }
      #expect(try await door.post(body, [Doorway.signed(body)])?.status == 200)
    }
  }

  @Test("the bodies held at once are bounded too, and what was held is given back")
  func heldBytes() {
    let traffic = Traffic(requests: 3, bytes: 100)
    #expect(traffic.enter() && traffic.enter())
    #expect(traffic.hold(60))
    #expect(!traffic.hold(41))
    #expect(traffic.hold(40))
    #expect(traffic.enter() && !traffic.enter())
    traffic.leave(holding: 60)
    #expect(traffic.hold(60) && !traffic.hold(1))
    #expect(traffic.enter())
    #expect(DoorLimits().heldBytes == 128 << 20)
  }

  @Test("the settings say how much, and what they cannot mean is refused")
  func settings() throws {
    func limits(_ environment: [String: String]) throws -> DoorLimits {
      try DoorLimits(Settings(service: .ingress, environment: environment, arguments: ["program"]))
    }
    let standard = try limits([:])
    #expect(standard.bodyBytes == 4_194_304 && standard.deadline == .seconds(4) && standard.inFlight == 1024)
    #expect(!standard.allowsSHA1)
    let set = try limits([
      "MARTLET_WEBHOOK_BODY_BYTES": "2048", "MARTLET_WEBHOOK_DEADLINE_SECONDS": "2.5",
      "MARTLET_WEBHOOK_IN_FLIGHT": "7", "MARTLET_WEBHOOK_SHA1": "TRUE",
    ])
    #expect(set.bodyBytes == 2048 && set.deadline == .seconds(2.5) && set.inFlight == 7 && set.allowsSHA1)
    for (name, value) in [
      ("BODY_BYTES", "0"), ("BODY_BYTES", "4 MiB"), ("DEADLINE_SECONDS", "0"), ("IN_FLIGHT", "0"), ("SHA1", "yes"),
    ] {
      #expect(throws: ConfigurationError.self) { try limits(["MARTLET_WEBHOOK_\(name)": value]) }
    }
  }

  @Test("what is no HTTP, or HTTP in two ways, is an empty 400 and the end of the connection")
  func ambiguous() async throws {
    try await Doorway.with { door, database async throws in
      let body = Doorway.message("m")
      let signed = Doorway.signed(body)
      let heads = [
        Doorway.head([signed, Doorway.length(body), "Transfer-Encoding: chunked"]),
        Doorway.head([signed, Doorway.length(body), "Content-Length: 3"]),
        Doorway.head([signed, "Content-Length: -1"]), Doorway.head([signed, "Content-Length: 99999999999999999999"]),
        Doorway.head([signed, "Content-Length: \(body.utf8.count)", "X: " + String(repeating: "x", count: 40_000)]),
        "POST /webhook HTTP/1.1\nHost: door\n \(signed)\n\n", "\0\0\0\0\r\n\r\n",
      ]
      for head in heads { #expect(try await isBare(door.send(head + body), 400), "\(head.prefix(200))") }
      #expect(try await database.texts("SELECT key AS v FROM martlet.event") == [])
    }
  }
}
