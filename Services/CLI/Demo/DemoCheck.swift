import LocalCluster
import LocalFleet

/// One message through the real processes, without a person.
struct DemoCheck {
  let bot: String?

  func run() async throws {
    let begin = ContinuousClock.now
    try await LocalCluster.withThrowaway(purpose: .demo) { cluster in
      try await cluster.createDatabase("martlet")
      var plan = FleetPlan(
        executables: Surroundings.executables, databaseURL: cluster.url(database: "martlet"))
      plan.bot = bot ?? Surroundings.exampleBot
      let fleet = LocalFleet(plan)
      do {
        try await fleet.start()
        try await converse(fleet)
        await fleet.stop()
      } catch {
        await fleet.stop()
        throw error
      }
    }
    let seconds = Int((ContinuousClock.now - begin) / .seconds(1) + 0.5)
    Surroundings.show("ok, \(seconds) s from start to stop")
  }

  private func converse(_ fleet: LocalFleet) async throws {
    guard let simulator = fleet.simulator else { return }
    let (psid, first) = ("24\(Int.random(in: 10_000_000_000_000..<99_999_999_999_999))", "Ada")
    try await simulator.introduce(psid: psid, firstName: first, lastName: "Lovelace")
    Surroundings.show("\(first): hello")
    guard let reply = try await simulator.say("hello", psid: psid, waiting: .seconds(15)) else {
      let last = fleet.instances.compactMap { $0.lines.last.map { "\($0.instance): \($0.text)" } }
      throw ToolError(
        code: .noReply, doing: "get a reply", cause: "none came within 15 s\n" + last.joined(separator: "\n"))
    }
    Surroundings.show("bot: \(reply.text)")
    Surroundings.show(
      "latency: \(fixed(reply.latency / .milliseconds(1), 1)) ms, from the webhook to the Send API call")
    guard reply.text.contains(first) else {
      throw ToolError(code: .noReply, doing: "see the person's name in the reply", cause: "\"\(first)\" is not in it")
    }
  }
}
