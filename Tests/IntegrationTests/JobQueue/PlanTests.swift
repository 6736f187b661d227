import ChildProcesses
import FoundationEssentials
import JobQueue
import TestKit
import Testing

@Suite("query plans")
struct PlanTests {
  /// What the tables look like, and what PostgreSQL believes they look like.
  enum State: String, CaseIterable, CustomTestStringConvertible {
    case empty = "empty tables"
    case small = "small tables"
    case large = "large tables"
    case grown = "large tables that were empty when they were last looked at"
    case shrunk = "empty tables that were large when they were last looked at"

    var testDescription: String { rawValue }

    var preparation: String {
      switch self {
      case .empty: ""
      case .small: HotStatements.fill(rows: 40) + "ANALYZE;"
      case .large: HotStatements.fill(rows: 20_000) + "ANALYZE;"
      case .grown: "ANALYZE;" + HotStatements.fill(rows: 20_000)
      case .shrunk: HotStatements.fill(rows: 20_000) + "ANALYZE;" + HotStatements.empty
      }
    }
  }

  @Test("the hot statements read by index and join by nested loops", arguments: State.allCases)
  func plans(state: State) async throws {
    let lines = try await TestDatabase.with { database in
      let script = "/var/tmp/martlet-plans-\(UInt32.random(in: 0 ... .max)).sql"
      defer { try? FileManager.default.removeItem(atPath: script) }
      try (HotStatements.settled + state.preparation + HotStatements.script)
        .write(toFile: script, atomically: false, encoding: .utf8)
      return try await ChildProcess.run(
        ChildCommand("/usr/bin/psql", ["-XqAtw", "-v", "ON_ERROR_STOP=1", "-f", script, database.url], folder: "/"))
    }
    let plans = ExplainedPlan.read(lines)
    let explained = Set(plans.map(\.statement))
    #expect(explained.isSuperset(of: HotStatements.names), "\(HotStatements.names.subtracting(explained))")
    for plan in plans {
      // Of forty rows, reading all by an index costs no more than finding one.
      for complaint in plan.complaints where state != .small || !complaint.hasPrefix("reads all of an index") {
        Issue.record("\(plan.statement): \(complaint)\n\(plan.lines.joined(separator: "\n"))")
      }
    }
  }

  @Test("a plan that scans a table, or hashes one, is noticed")
  func notices() async throws {
    let lines = try await TestDatabase.with { database in
      let script = "/var/tmp/martlet-plans-\(UInt32.random(in: 0 ... .max)).sql"
      defer { try? FileManager.default.removeItem(atPath: script) }
      try
        (HotStatements.settled + HotStatements.fill(rows: 2_000) + "ANALYZE;" + HotStatements.explaining
          + """
          \\warn == scan
          SELECT count(*) FROM martlet.queue_send WHERE kind = 'x';
          \\warn == join
          SELECT count(*) FROM martlet.message m JOIN martlet.contact c USING (page_id, person);
          \\warn == index
          SET enable_seqscan = off;
          SELECT id FROM martlet.queue_send WHERE kind = 'x';

          """).write(toFile: script, atomically: false, encoding: .utf8)
      return try await ChildProcess.run(
        ChildCommand("/usr/bin/psql", ["-XqAtw", "-v", "ON_ERROR_STOP=1", "-f", script, database.url], folder: "/"))
    }
    let plans = ExplainedPlan.read(lines)
    for name in ["scan", "join", "index"] {
      #expect(plans.contains { $0.statement == name && !$0.complaints.isEmpty }, "\(name): \(plans)")
    }
  }
}
