import Cryptography
import TestKit
import Testing

@Suite("Whose signature opens the door", .timeLimit(.minutes(2)))
struct SignatureTests {
  @Test("each app by its own secrets, at its own path or the common one; the ledger names the app")
  func apps() async throws {
    try await Doorway.with { door, database async throws in
      let cases = [
        ("/webhook", "a-new", 200), ("/webhook", "a-old", 200), ("/webhook", "b-only", 200),
        ("/webhook/app-a", "a-old", 200), ("/webhook/app-b", "b-only", 200),
        ("/webhook/app-a", "b-only", 403), ("/webhook/app-b", "a-new", 403), ("/webhook", "other", 403),
      ]
      for (number, (path, secret, status)) in cases.enumerated() {
        let body = Doorway.message("m\(number)")
        let answer = try await door.post(body, [Doorway.signed(body, by: secret)], path: path)
        #expect(answer?.status == status && answer?.body == [], "\(path) \(secret)")
      }
      #expect(
        try await database.texts("SELECT app_id || ' ' || key AS v FROM martlet.event ORDER BY key")
          == ["app-a m0", "app-a m1", "app-b m2", "app-a m3", "app-b m4"])
    }
  }

  @Test("an unknown app's path is no path at all, whatever is sent there")
  func unknownApp() async throws {
    try await Doorway.with { door, _ async throws in
      let body = Doorway.message("m")
      #expect(try await isBare(door.post(body, [Doorway.signed(body)], path: "/webhook/app-c"), 404))
      #expect(try await isBare(door.post(body, [], path: "/webhook/app-c"), 404))
      #expect(try await isBare(door.post(body, [Doorway.signed(body)], path: "/elsewhere"), 404))
      let right = "/webhook/app-c?hub.mode=subscribe&hub.verify_token=token-a&hub.challenge=1"
      #expect(try await isBare(door.send(Doorway.head([], path: right, method: "GET")), 404))
    }
  }

  @Test("what is no signature, or two, or SHA-1, is refused without a word")
  func refused() async throws {
    try await Doorway.with { door, database async throws in
      let body = Doorway.message("m")
      let right = Doorway.signed(body)
      let digits = right.split(separator: "=")[1]
      let older = "X-Hub-Signature: " + WebhookSignature.olderHeader(for: body.utf8, secret: "a-new")
      let attempts: [[String]] = [
        [], ["X-Hub-Signature-256:"], ["X-Hub-Signature-256: \(digits)"],
        ["X-Hub-Signature-256: sha256=\(digits.uppercased())"], ["X-Hub-Signature-256: SHA256=\(digits)"],
        [String(right.dropLast())], [right + "0"], ["X-Hub-Signature-256: sha256=" + String(repeating: "0", count: 64)],
        [right, right], [right, "x-hub-signature-256: sha256=" + String(repeating: "0", count: 64)],
        ["\(right), sha256=\(digits)"], [older],
        ["X-Hub-Signature-256: " + WebhookSignature.olderHeader(for: body.utf8, secret: "a-new")],
        ["X-Hub-Signature: sha256=\(digits)"],
      ]
      for headers in attempts { #expect(try await isBare(door.post(body, headers), 403), "\(headers)") }
      #expect(try await isBare(door.post(body + " ", [right]), 403))
      #expect(try await isBare(door.post(String(body.dropLast()), [right]), 403))
      #expect(try await database.texts("SELECT key AS v FROM martlet.event") == [])
    }
  }

  @Test("SHA-1 counts where it is allowed, and then only where SHA-256 is missing")
  func olderHeader() async throws {
    try await Doorway.with(["MARTLET_WEBHOOK_SHA1": "true"]) { door, _ async throws in
      let body = Doorway.message("m")
      let older = "X-Hub-Signature: " + WebhookSignature.olderHeader(for: body.utf8, secret: "a-old")
      #expect(try await door.post(body, [older])?.status == 200)
      #expect(try await door.post(body, [Doorway.signed(body), older])?.status == 200)
      #expect(try await isBare(door.post(body, [Doorway.signed(body, by: "wrong"), older]), 403))
      #expect(try await isBare(door.post(body, [older, older]), 403))
    }
  }

  @Test("the subscription is verified by the app's own token; every other answer is an empty 403")
  func verification() async throws {
    try await Doorway.with { door, _ async throws in
      func ask(_ query: String, _ path: String = "/webhook") async throws -> RawConnection.Answer? {
        try await door.send(Doorway.head([], path: path + query, method: "GET"))
      }
      func query(_ token: String) -> String { "?hub.challenge=1158201444&hub.mode=subscribe&hub.verify_token=\(token)" }
      for (path, token) in [("/webhook", "token-a"), ("/webhook", "token-b"), ("/webhook/app-b", "token-b")] {
        let answer = try await ask(query(token), path)
        #expect(answer?.status == 200)
        #expect(answer.map { String(decoding: $0.body, as: UTF8.self) } == "1158201444")
        #expect(answer?.header("content-type")?.hasPrefix("text/plain") == true)
      }
      let wrong = [
        query("token-c"), query(""), query("token-a") + "&hub.verify_token=token-a", "", "?hub.mode=subscribe",
        "?hub.mode=unsubscribe&hub.challenge=1&hub.verify_token=token-a",
        "?hub.mode=subscribe&hub.verify_token=token-a",
      ]
      for query in wrong { #expect(try await isBare(ask(query), 403), "\(query)") }
      #expect(try await isBare(ask(query("token-a"), "/webhook/app-b"), 403))
    }
  }
}
