import Cryptography
import JSON
import LocalCluster
import LocalFleet
import Postgres
import Testing

extension SystemTests {
  @Suite("On a bad day")
  struct BadDayTests {
    @Test("what is not signed is refused and does nothing; what is signed and no JSON is kept", .timeLimit(.minutes(2)))
    func door() async throws {
      try await TestSystem.with { system in
        let body = system.webhook(text: "hello", from: "7001", mid: "m_door")
        let right = WebhookSignature.header(for: body, secret: system.credentials.appSecret)
        let other = WebhookSignature.header(for: body, secret: "other")
        for signature in [nil, other, String(right.dropLast()), right.uppercased()] {
          let status = try await system.post(body, signature: .some(signature))
          #expect(status == 403)
        }
        #expect(try await system.post(Array(#"{"object":"instagram","entry":[]}"#.utf8)) == 404)
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.event") == 0)
        for _ in 0..<2 { #expect(try await system.post(Array("not JSON".utf8)) == 200) }
        let kept = "SELECT count(*) AS n FROM martlet.event WHERE kind = 'unreadable'"
        #expect(try await system.number(kept + " AND body->>'base64' = 'bm90IEpTT04='") == 1)
      }
    }

    @Test(
      "a webhook that comes three times, and a race through two ingress, act once and in order", .timeLimit(.minutes(2))
    )
    func repeated() async throws {
      try await TestSystem.with(replicas: [.ingress: 2]) { system in
        try await system.simulator.introduce(psid: "7002", firstName: "Ada", lastName: "Lovelace")
        for number in 0..<20 {
          let body = system.webhook(text: "ping n\(number)", from: "7002", mid: "m_\(number)")
          async let first = system.post(body, to: "ingress-1")
          async let second = system.post(body, to: "ingress-2")
          async let third = system.post(body, to: "ingress-2")
          #expect(try await [first, second, third] == [200, 200, 200])
        }
        let texts = try await system.waitUntil("7002", received: 20)
        #expect(texts.map { $0.split(separator: ",")[0] } == (0..<20).map { "pong n\($0)" })
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.event WHERE kind = 'message'") == 20)
      }
    }

    @Test(
      "a Graph API that fails, throttles, hangs up or says nothing delays a reply and never doubles it",
      .timeLimit(.minutes(3)))
    func graph() async throws {
      try await TestSystem.with(environment: ["MARTLET_SEND_GRACE_SECONDS": "4"]) { system in
        let faults: [JSON] = [
          ["on": "messages", "kind": "status", "status": 500],
          ["on": "messages", "kind": "status", "status": 429, "code": 613],
          ["on": "messages", "kind": "drop"],
          ["on": "messages", "kind": "silence"],
          ["on": "profile", "kind": "status", "status": 500],
        ]
        for (number, fault) in faults.enumerated() {
          let person = "71\(number)"
          try await system.fault(fault)
          let reply = try await system.simulator.say("ping f\(number)", psid: person, waiting: .seconds(40))
          #expect(reply?.text.hasPrefix("pong f\(number)") == true)
        }
        // Each fault is followed by an ordinary message, which must come after, and nothing may come twice.
        for number in faults.indices {
          _ = try await system.simulator.say("ping after", psid: "71\(number)", waiting: .seconds(20))
          let texts = try await system.received(by: "71\(number)")
          #expect(texts.map { String($0.split(separator: ",")[0]) } == ["pong f\(number)", "pong after"])
        }
        #expect(
          try await system.number("SELECT count(*) AS n FROM martlet.send_outcome WHERE settled_by = 'echo'") >= 1)
      }
    }

    @Test("a page without a token keeps its replies, and sends them in order after a new one", .timeLimit(.minutes(2)))
    func noToken() async throws {
      try await TestSystem.with { system in
        _ = try await system.simulator.say("hello", psid: "7200")
        try await system.database.run(
          Statement("forget", "UPDATE martlet.page SET token = NULL, token_state = 'missing'"))
        // outbound remembers a page for two seconds.
        try await Task.sleep(for: .milliseconds(2200))
        for number in 0..<3 { _ = try await system.simulator.say("ping t\(number)", psid: "7200", waiting: .zero) }
        while try await system.number("SELECT count(*) AS n FROM martlet.queue_parked WHERE reason = 'page'") == 0 {
          try await Task.sleep(for: .milliseconds(20))
        }
        try await system.fleet.restart("identity-1")
        let texts = try await system.waitUntil("7200", received: 4)
        #expect(texts.dropFirst().map { $0.split(separator: ",")[0] } == ["pong t0", "pong t1", "pong t2"])
      }
    }

    @Test(
      "PostgreSQL crashes and stays away for a while: Meta hears 503, and every message is answered once",
      .timeLimit(.minutes(4)))
    func databaseAway() async throws {
      let environment = ["MARTLET_SEND_GRACE_SECONDS": "12"]
      try await TestSystem.with(replicas: [.nlu: 2], environment: environment) { system in
        async let report = system.load([
          "mode": "after_ack", "conversations": 40, "messages": 800, "drain_seconds": 90,
        ])
        try await Task.sleep(for: .milliseconds(300))
        await system.cluster.stop(.immediate)
        let status = try await system.post(system.webhook(text: "ping away", from: "7300", mid: "m_away"))
        #expect(status == 503)
        try await Task.sleep(for: .seconds(5))
        try await system.cluster.start()
        let result = try await report
        print("PostgreSQL away for 5 s: \(result.serialized())")
        #expect(result["answered"]?.int == 800)
        #expect(result["duplicated"]?.int == 0)
        #expect(result["reordered"]?.int == 0)
      }
    }
  }
}
