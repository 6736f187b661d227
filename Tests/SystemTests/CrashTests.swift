import JSON
import LocalFleet
import Synchronization
import Testing

extension SystemTests {
  @Suite("Killed in mid-flight")
  struct CrashTests {
    static let inFlight = 16

    /// 200 conversations of 10 messages, each sent after the 200 of the one before, while nlu, outbound and ingress are
    /// killed again and again. The Graph API takes a while for each call, so that many calls are under way at each kill.
    @Test("every message is answered once and in order", .timeLimit(.minutes(6)))
    func kills() async throws {
      let environment = ["MARTLET_SEND_IN_FLIGHT": "\(Self.inFlight)", "MARTLET_SEND_GRACE_SECONDS": "12"]
      try await TestSystem.with(replicas: [.nlu: 2, .outbound: 2, .identity: 2], environment: environment) { system in
        try await system.fault(["on": "messages", "kind": "latency", "latency_ms": 60, "count": -1])
        let killer = Killer(victims: ["outbound-1", "nlu-1", "ingress-1", "outbound-2", "nlu-2"])
        async let kills = killer.run(system, until: 12)
        let report = try await system.load([
          "mode": "after_ack", "conversations": 200, "messages": 2000, "drain_seconds": 90,
        ])
        let killed = try await kills
        let states = try await system.messageStates()
        let unknown = try await system.number(
          "SELECT count(DISTINCT message_id) AS n FROM martlet.send_outcome WHERE state = 'unknown'")
        let resent = try await system.number("SELECT count(*) AS n FROM martlet.message WHERE attempts > 1")
        let waiting = try await system.number("SELECT count(*) AS n FROM martlet.queue_send")
        print("kills \(killed), report \(report.serialized()), states \(states)")
        print("unknown \(unknown), sent again by the page's rule \(resent), still queued \(waiting)")

        #expect(killed.values.reduce(0, +) >= 10)
        #expect(report["acknowledged"]?.int == 2000)
        #expect(report["answered"]?.int == 2000)
        #expect(report["lost"]?.int == 0)
        #expect(report["duplicated"]?.int == 0)
        #expect(report["reordered"]?.int == 0)
        let outboundKills = killed.filter { $0.key.hasPrefix("outbound") }.values.reduce(0, +)
        #expect(unknown <= outboundKills * Self.inFlight)
        #expect(Set(states.keys).isSubset(of: ["sent", "delivered", "read"]))
        #expect(states.values.reduce(0, +) == 2000)
      }
    }
  }
}

/// Kills services by SIGKILL, one after the other, and starts each again.
private struct Killer {
  let victims: [String]

  func run(_ system: TestSystem, until count: Int) async throws -> [String: Int] {
    var killed: [String: Int] = [:]
    for number in 0..<count {
      let victim = victims[number % victims.count]
      try await Task.sleep(for: .milliseconds(Int.random(in: 100...400)))
      try await system.fleet.kill(victim)
      try await system.fleet.restart(victim)
      killed[victim, default: 0] += 1
    }
    return killed
  }
}
