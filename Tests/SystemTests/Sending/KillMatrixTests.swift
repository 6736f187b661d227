import FoundationEssentials
import JSON
import LocalFleet
import Postgres
import TestKit
import Testing

extension SystemTests {
  /// outbound is ended by SIGKILL at each step of a send, again and again. A lock of the test's on a ledger holds it
  /// there; whether PostgreSQL ends the step all the same, or undoes it, are steps of their own.
  @Suite("Killed at each step of a send")
  struct KillMatrixTests {
    /// MARTLET_TEST_KILLS: runs of a test; by default each step once.
    private static var runs: Int {
      ProcessInfo.processInfo.environment["MARTLET_TEST_KILLS"].flatMap { Int($0) } ?? KillStep.allCases.count
    }

    private static let people = (1...8).map { "77000000000000\(10 + $0)" }
    private static let environment = [
      "MARTLET_SEND_GRACE_SECONDS": "4", "MARTLET_SEND_IN_FLIGHT": "6", "MARTLET_GRAPH_TIMEOUT_SECONDS": "2",
    ]

    /// Two messages to everybody in each run, and a kill in the middle of them. Returns what was sent, in order.
    private func kill(_ system: TestSystem) async throws -> [String] {
      try await system.open(Self.people)
      var texts: [String] = []
      for run in 0..<Self.runs {
        let step = KillStep.allCases[run % KillStep.allCases.count]
        try await step.kill(system) {
          for part in ["a", "b"] {
            texts.append("\(run)\(part)")
            for psid in Self.people { try await system.send(["text": .string("\(run)\(part)")], to: psid) }
          }
        }
        try await system.clearFaults()
        try await system.fleet.restart("outbound-1")
        try await eventually { try await system.unsettled() == 0 }
      }
      return texts
    }

    @Test("where echoes come nothing is lost, doubled or swapped", .timeLimit(.minutes(60)))
    func echoes() async throws {
      try await TestSystem.with(environment: Self.environment) { system in
        let texts = try await kill(system)
        let received = try await system.received()
        for psid in Self.people { #expect(received[psid]?.dropFirst().map { $0 } == texts, "person \(psid)") }
        print("runs \(Self.runs), \(try await system.settlements())")
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.send_held") == 0)
      }
    }

    @Test(
      "without a receipt every open outcome ends by the page's rule, which keeps it back: none doubled or swapped, and none missing but those",
      .timeLimit(.minutes(60)))
    func noReceipts() async throws {
      try await TestSystem.with(environment: Self.environment) { system in
        try await system.setRule("hold")
        try await system.setReceipts(echoes: false, deliveries: false)
        try await system.closeConversations()
        let texts = try await kill(system)
        let received = try await system.received()
        var missing = 0
        for psid in Self.people {
          let own = Array((received[psid] ?? []).dropFirst())
          #expect(own == texts.filter(own.contains), "person \(psid)")
          missing += texts.count - own.count
        }
        let settlements = try await system.settlements()
        print("runs \(Self.runs), missing \(missing), \(settlements)")
        #expect(missing <= settlements["held by rule", default: 0])
        #expect(try await system.number(TestSystem.neverSettled) == 0)
      }
    }
  }
}

/// Where outbound is held, and ended.
private enum KillStep: CaseIterable {
  /// The attempt is being written: it never stands, or stands though nobody learned of it.
  case attemptUndone, attemptKept
  /// The call is on its way to Meta.
  case calling
  /// Meta has acted and the answer has not come.
  case called
  /// The outcome is being written: it never stands, or stands though nobody learned of it.
  case outcomeUndone, outcomeKept

  func kill(_ system: TestSystem, sending send: () async throws -> Void) async throws {
    switch self {
    case .attemptUndone: try await kill(system, at: "send_attempt", isUndone: true, send)
    case .attemptKept: try await kill(system, at: "send_attempt", isUndone: false, send)
    case .outcomeUndone: try await kill(system, at: "send_outcome", isUndone: true, send)
    case .outcomeKept: try await kill(system, at: "send_outcome", isUndone: false, send)
    case .calling:
      try await kill(system, in: ["on": "messages", "kind": "latency", "latency_ms": 1500, "count": -1], send)
    case .called: try await kill(system, in: ["on": "messages", "kind": "silence", "count": -1], send)
    }
  }

  private func kill(
    _ system: TestSystem, at table: String, isUndone: Bool, _ send: () async throws -> Void
  ) async throws {
    let holder = try await PostgresConnection.connect(
      PostgresConfiguration(url: system.fleet.plan.databaseURL, applicationName: "holder"), on: system.loop)
    try await holder.run([Statement("begin", "BEGIN"), Statement("hold", "LOCK TABLE martlet.\(table) IN SHARE MODE")])
    try await send()
    let held = """
      SELECT count(*) AS n FROM pg_stat_activity
      WHERE application_name = 'martlet outbound' AND wait_event_type = 'Lock'
      """
    try await eventually { try await system.number(held) > 0 }
    try await system.fleet.kill("outbound-1")
    if isUndone {
      try await system.database.run(
        Statement(
          "undo",
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'martlet outbound'"))
    }
    try await holder.run(Statement("release", "ROLLBACK"))
    await holder.close()
  }

  private func kill(_ system: TestSystem, in fault: JSON, _ send: () async throws -> Void) async throws {
    try await system.fault(fault)
    try await send()
    try await eventually {
      try await system.number("SELECT count(*) AS n FROM martlet.message WHERE state = 'sending'") > 0
    }
    try await system.fleet.kill("outbound-1")
  }
}

extension TestSystem {
  /// Messages that have not come to an end yet.
  fileprivate func unsettled() async throws -> Int {
    try await number(
      """
      SELECT count(*) AS n FROM martlet.message WHERE state IN ('queued', 'sending', 'waiting', 'unknown')
      """)
  }

  fileprivate static let neverSettled = """
    SELECT count(*) AS n FROM martlet.send_outcome o
    WHERE o.state = 'unknown' AND NOT EXISTS (
      SELECT FROM martlet.send_outcome s WHERE s.message_id = o.message_id AND s.at >= o.at AND s.state <> 'unknown')
    """

  /// How many messages ended how: "sent by echo".
  fileprivate func settlements() async throws -> [String: Int] {
    let rows = try await database.run(
      Statement(
        "settlements",
        """
        SELECT state || ' by ' || COALESCE(settled_by, 'nobody') AS how, count(*) AS n FROM martlet.message GROUP BY 1
        """))
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.string("how"), try $0.int("n")) })
  }
}
