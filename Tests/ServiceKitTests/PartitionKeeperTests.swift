import Logging
import Postgres
import TestKit
import Testing

@testable import ServiceKit

@Suite("Retention of the ledgers")
struct PartitionKeeperTests {
  private static let me = "00000000-0000-4000-8000-000000000001"
  private static let other = "00000000-0000-4000-8000-000000000002"

  private func keeper(_ database: TestDatabase, as holder: String = me) -> PartitionKeeper {
    PartitionKeeper(
      pool: PostgresPool(database.configuration, limit: 1, on: database.loop), holder: holder,
      logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() })
  }

  private func ask(_ database: TestDatabase, _ sql: String) async throws {
    try await database.pool.run(Statement("test", sql))
  }

  /// A partition of so many days ago, with one event.
  private func make(_ days: Int, of ledger: String = "event", in database: TestDatabase) async throws {
    try await ask(
      database,
      """
      DO $$ DECLARE d date := martlet.today() - \(days); BEGIN
        EXECUTE format('CREATE TABLE martlet.%I PARTITION OF martlet.\(ledger) FOR VALUES FROM (%L) TO (%L)',
          '\(ledger)_' || to_char(d, 'YYYYMMDD'), d, d + 1); END $$
      """)
  }

  /// Days ago of a ledger's tables, whether they are still its partitions or not.
  private func days(_ database: TestDatabase, of ledger: String = "event") async throws -> [Int] {
    try await database.pool.run(
      Statement(
        "test",
        """
        SELECT martlet.today() - to_date(right(relname, 8), 'YYYYMMDD') AS n FROM pg_class
        WHERE relname ~ '^\(ledger)_[0-9]{8}$' ORDER BY 1
        """)
    ).map { try $0.int("n") }
  }

  @Test("what is older than it is kept is dropped, oldest first; the rest stays, and can be written to")
  func drops() async throws {
    try await TestDatabase.with { database in
      for day in [2, 29, 30, 31, 40] { try await make(day, in: database) }
      for day in [90, 91] { try await make(day, of: "send_attempt", in: database) }
      let dropped = try await keeper(database).dropOld()
      #expect(dropped.count == 3)
      #expect(dropped.first?.hasPrefix("send_attempt_") == true)
      #expect(try await days(database) == [-3, -2, -1, 0, 1, 2, 29, 30])
      #expect(try await days(database, of: "send_attempt") == [-3, -2, -1, 0, 1, 90])
      #expect(try await keeper(database).dropOld().isEmpty)
      try await ask(
        database,
        """
        INSERT INTO martlet.event (day, app_id, page_id, kind, key, person, event_at, body)
        VALUES (martlet.today() - 30, 'a', '1', 'message', 'k', 'p', 0, '{}')
        """)
    }
  }

  @Test("the days in which re-deliveries are looked for are never dropped, whatever is asked for")
  func dedupe() async throws {
    try await TestDatabase.with { database in
      for day in [2, 3] { try await make(day, in: database) }
      await #expect(throws: PostgresError.self) {
        try await ask(database, "UPDATE martlet.ledger SET keep_days = 0 WHERE name = 'event'")
      }
      try await ask(database, "ALTER TABLE martlet.ledger DROP CONSTRAINT ledger_keep_days_check")
      try await ask(database, "UPDATE martlet.ledger SET keep_days = 0 WHERE name = 'event'")
      #expect(try await keeper(database).dropOld().count == 1)
      #expect(try await days(database).last == 2)
    }
  }

  @Test("what another was cut short in is finished: detached and not dropped, or detached by half")
  func finishes() async throws {
    try await TestDatabase.with { database in
      for day in [31, 32, 33] { try await make(day, in: database) }
      let names = try await database.pool.run(
        Statement("test", "SELECT partition AS v FROM martlet.partitions_over()")
      ).map { try $0.string("v") }
      try await ask(database, "ALTER TABLE martlet.event DETACH PARTITION martlet.\(names[0])")
      // A reader keeps the second from being detached in time.
      try await database.pool.withTransaction(isDurable: false) { reader in
        try await reader.run(Statement("test", "SELECT count(*) FROM martlet.event"))
        await #expect(throws: PostgresError.self) {
          try await database.pool.withConnection { connection in
            try await connection.run(Statement("test", "SET statement_timeout = '200ms'"))
            defer { Task { await connection.close() } }
            try await connection.run(
              Statement("test", "ALTER TABLE martlet.event DETACH PARTITION martlet.\(names[1]) CONCURRENTLY"))
          }
        }
      }
      let states = try await database.pool.run(
        Statement("test", "SELECT state AS v FROM martlet.partitions_over()")
      ).map { try $0.string("v") }
      #expect(states == ["detached", "detaching", "attached"])
      #expect(try await keeper(database).dropOld() == names)
      #expect(try await days(database).last == 1)
    }
  }

  @Test("one process does it at a time; one that died with it is waited for until its time is over")
  func oneAtATime() async throws {
    try await TestDatabase.with { database in
      try await make(31, in: database)
      try await ask(database, "SELECT martlet.upkeep_claim('retention', '\(Self.other)', '1 h')")
      #expect(try await keeper(database).dropOld().isEmpty)
      try await ask(database, "UPDATE martlet.upkeep SET until = now() - interval '1 s'")
      #expect(try await keeper(database).dropOld().count == 1)
      // And leaves no claim behind.
      try await make(31, in: database)
      #expect(try await keeper(database, as: Self.other).dropOld().count == 1)
    }
  }

  @Test("shows how far back each ledger reaches, and what is over")
  func ages() async throws {
    try await TestDatabase.with { database in
      for day in [33, 31, 5] { try await make(day, in: database) }
      let registry = PrometheusRegistry()
      var keeper = keeper(database)
      keeper.factory = registry
      // Somebody else is at it, so nothing is dropped.
      try await ask(database, "SELECT martlet.upkeep_claim('retention', '\(Self.other)', '1 h')")
      let running = Task { [keeper] in try await keeper.run() }
      try await eventually { registry.render().contains("martlet_ledger_oldest_seconds") }
      let text = registry.render()
      running.cancel()
      _ = await running.result
      #expect(text.contains(#"martlet_ledger_oldest_seconds{ledger="event"} 2851200"#))
      #expect(text.contains(#"martlet_ledger_oldest_seconds{ledger="turn"} 86400"#))
      #expect(text.contains(#"martlet_partitions_overdue{ledger="event"} 2"#))
      #expect(text.contains(#"martlet_partitions_overdue{ledger="turn"} 0"#))
    }
  }
}
