import FoundationEssentials
import JSON
import LocalFleet
import TestKit
import Testing

extension SystemTests {
  @Suite("What stays open, and who speaks")
  struct OpenOutcomeTests {
    private static let psid = "7910000000000011"

    @Test(
      "a message that nothing settles is kept back with its words until an operator decides; later ones go out",
      .timeLimit(.minutes(3)))
    func held() async throws {
      try await TestSystem.with(environment: ["MARTLET_SEND_GRACE_SECONDS": "3"]) { system in
        try await system.setRule("hold")
        try await system.setReceipts(echoes: false, deliveries: false)
        try await system.open([Self.psid])
        try await system.closeConversations()
        try await system.fault(["on": "messages", "kind": "silence", "count": 1])
        let kept = try await system.send(["text": "kept"], to: Self.psid)
        try await eventually { try await system.state(of: kept) == "unknown" }
        let later = try await system.send(["text": "later"], to: Self.psid)
        try await eventually { try await system.state(of: later) == "sent" }
        #expect(try await system.state(of: kept) == "held")
        let status = try await system.martlet("send", "status", kept)
        #expect(status.contains { $0.hasPrefix("waits") && $0.contains("--resend or --drop") })
        #expect(try await system.martlet("send", "resolve", kept, "--resend") == ["the message is in its line again"])
        try await eventually { try await system.state(of: kept) == "sent" }
        // It had arrived the first time; that is what the operator should have looked for.
        #expect(try await system.received(by: Self.psid).dropFirst() == ["kept", "later", "kept"])
        #expect(
          try await system.number("SELECT count(*) AS n FROM martlet.operator_action WHERE action = 'send_resend'") == 1
        )
      }
    }

    @Test("an outage of Meta's costs a message no try", .timeLimit(.minutes(2)))
    func outage() async throws {
      try await TestSystem.with { system in
        try await system.open([Self.psid])
        try await system.fleet.kill("simulator-1")
        let message = try await system.send(["text": "at last"], to: Self.psid)
        try await eventually {
          try await system.number("SELECT max(attempts) AS n FROM martlet.message") >= 4
        }
        #expect(try await system.number("SELECT max(attempts) AS n FROM martlet.queue_send") == 0)
        try await system.fleet.restart("simulator-1")
        // What Meta knows of the person went with the simulator.
        _ = try await system.simulator.say("ping again", psid: Self.psid, waiting: .zero)
        try await eventually { ["sent", "delivered", "read"].contains(try await system.state(of: message)) }
      }
    }

    @Test("what Meta's copy of the conversation shows was sent, without a receipt", .timeLimit(.minutes(2)))
    func found() async throws {
      try await TestSystem.with(environment: ["MARTLET_SEND_GRACE_SECONDS": "3"]) { system in
        try await system.setRule("resend")
        try await system.setReceipts(echoes: false, deliveries: false)
        try await system.open([Self.psid])
        // The same words went to them before: those are known, and prove nothing.
        let first = try await system.send(["text": "on its way"], to: Self.psid)
        try await eventually { try await system.state(of: first) == "sent" }
        try await system.fault(["on": "messages", "kind": "silence", "count": 1])
        let second = try await system.send(["text": "on its way"], to: Self.psid)
        try await eventually { try await system.state(of: second) == "sent" }
        #expect(try await system.received(by: Self.psid).dropFirst() == ["on its way", "on its way"])
        #expect(
          try await system.number("SELECT count(*) AS n FROM martlet.message WHERE settled_by = 'conversation'") == 1)
        // One that Meta never took is not there, and goes by the rule.
        try await system.fault(["on": "messages", "kind": "latency", "latency_ms": 60_000, "count": 1])
        let third = try await system.send(["text": "never came"], to: Self.psid)
        try await eventually { try await system.state(of: third) == "sent" }
        #expect(try await system.number("SELECT max(attempts) AS n FROM martlet.message") == 2)
      }
    }

    @Test("a delivery settles an open outcome where no echo comes", .timeLimit(.minutes(2)))
    func delivery() async throws {
      try await TestSystem.with(environment: ["MARTLET_SEND_GRACE_SECONDS": "60"]) { system in
        try await system.setRule("hold")
        try await system.setReceipts(echoes: false, deliveries: true)
        try await system.open([Self.psid])
        try await system.fault(["on": "messages", "kind": "silence", "count": 1])
        let message = try await system.send(["text": "arrived"], to: Self.psid)
        try await eventually { try await system.state(of: message) == "delivered" }
        #expect(
          try await system.number("SELECT count(*) AS n FROM martlet.message WHERE settled_by = 'delivery'") == 1)
      }
    }

    @Test(
      "an answer of a person's drops the bot's replies that have not left; what the owner's system says goes out",
      .timeLimit(.minutes(2)))
    func overtaken() async throws {
      try await TestSystem.with { system in
        try await system.open([Self.psid])
        _ = try await system.martlet("queue", "pause", "send")
        _ = try await system.simulator.say("ping late", psid: Self.psid, waiting: .zero)
        try await eventually { try await system.number("SELECT count(*) AS n FROM martlet.queue_send") == 1 }
        let page = JSON.string(system.credentials.pageID)
        let time = JSON(Int64(Date().timeIntervalSince1970 * 1000))
        let echo: JSON = [
          "sender": ["id": page], "recipient": ["id": .string(Self.psid)], "timestamp": time,
          "message": ["mid": "e_1", "is_echo": true, "app_id": 263_902_037_430_900, "text": "let me see"],
        ]
        let body: JSON = ["object": "page", "entry": [["id": page, "time": time, "messaging": [echo]]]]
        #expect(try await system.post(body.bytes()) == 200)
        let update = try await system.send(["text": "The van is back."], to: Self.psid)
        _ = try await system.martlet("queue", "resume", "send")
        try await eventually { ["sent", "delivered", "read"].contains(try await system.state(of: update)) }
        #expect(try await system.received(by: Self.psid).dropFirst() == ["The van is back."])
        #expect(
          try await system.number(
            "SELECT count(*) AS n FROM martlet.message WHERE state = 'cancelled' AND settled_by = 'takeover'") == 1)
      }
    }
  }
}
