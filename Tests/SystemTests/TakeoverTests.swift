import ChildProcesses
import FoundationEssentials
import JSON
import LocalFleet
import Testing

extension SystemTests {
  @Suite("Somebody else answers")
  struct TakeoverTests {
    private func martlet(_ system: TestSystem, _ arguments: String...) async throws -> [String] {
      try await ChildProcess.run(
        ChildCommand(
          TestSystem.executables + "/martlet", ["contact"] + arguments,
          environment: ["MARTLET_DATABASE_URL": system.fleet.plan.databaseURL]))
    }

    /// What Meta would send for a message that somebody typed at the Page Inbox.
    private func echo(to psid: String, mid: String, at time: Date, in system: TestSystem) -> [UInt8] {
      let page = JSON.string(system.credentials.pageID)
      let event: JSON = [
        "sender": ["id": page], "recipient": ["id": .string(psid)],
        "timestamp": JSON(Int64(time.timeIntervalSince1970 * 1000)),
        "message": ["mid": .string(mid), "is_echo": true, "app_id": 263_902_037_430_900, "text": "let me see"],
      ]
      return JSON.object(["object": "page", "entry": [["id": page, "time": 1, "messaging": [event]]]]).bytes()
    }

    private func waitForTurns(_ count: Int, in system: TestSystem) async throws {
      while try await system.number("SELECT count(*) AS n FROM martlet.turn") < count {
        try await Task.sleep(for: .milliseconds(20))
      }
    }

    @Test(
      "the bot keeps silent after a person's reply, until it may go on; a late echo changes nothing",
      .timeLimit(.minutes(2)))
    func takeover() async throws {
      try await TestSystem.with { system in
        let page = system.credentials.pageID
        let first = try await system.simulator.say("ping one", psid: "7600220011887766", waiting: .seconds(20))
        #expect(first?.text.hasPrefix("pong one") == true)
        #expect(try await system.post(echo(to: "7600220011887766", mid: "e_1", at: Date(), in: system)) == 200)
        #expect(try await martlet(system, "show", page, "7600220011887766").contains { $0.contains("silent until") })
        _ = try await system.simulator.say("ping two", psid: "7600220011887766", waiting: .zero)
        try await waitForTurns(2, in: system)
        #expect(
          try await system.number("SELECT count(*) AS n FROM martlet.turn WHERE rule = 'paused' AND replies = 0") == 1)

        #expect(try await martlet(system, "resume", page, "7600220011887766") == ["the bot speaks again"])
        let late = Date(timeIntervalSinceNow: -5)
        #expect(try await system.post(echo(to: "7600220011887766", mid: "e_0", at: late, in: system)) == 200)
        #expect(try await system.post(echo(to: "7600220011887766", mid: "e_1", at: Date(), in: system)) == 200)
        let third = try await system.simulator.say("ping three", psid: "7600220011887766", waiting: .seconds(20))
        #expect(third?.text.hasPrefix("pong three") == true)
        let texts = try await system.received(by: "7600220011887766")
        #expect(texts.map { $0.split(separator: ",")[0] } == ["pong one", "pong three"])
        let lines = try system.fleet.instance("ingress-1").lines.map(\.text)
        #expect(lines.count { $0.contains("the bot pauses on a thread") } == 1)
        #expect(lines.allSatisfy { !$0.contains("let me see") && !$0.contains("7600220011887766") })
      }
    }
  }
}
