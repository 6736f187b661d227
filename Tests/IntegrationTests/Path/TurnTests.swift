import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Storing turns, profiles and partitions")
struct TurnTests {
  private func save(_ turns: (person: String, version: Int, state: String)..., in database: TestDatabase) async throws {
    try await database.ask(
      """
      SELECT martlet.turn_save($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], 'digest', $6::text[],
        $7::smallint[], $8::text[])
      """, .array(turns.map { $0.version * 100 + $0.person.utf8.count }), .array(turns.map { _ in Optional("1") }),
      .array(turns.map { Optional($0.person) }), .array(turns.map(\.version)), .array(turns.map { Optional($0.state) }),
      .array(turns.map { _ in Optional("rule") }), .array(turns.map { _ in 1 }), .array(turns.map { _ in String?.none })
    )
  }

  private func load(_ people: [String], in database: TestDatabase) async throws -> [String?] {
    try await database.texts(
      """
      SELECT concat_ws(' ', version, state::text, profile_state, first_name) AS v
      FROM martlet.turn_load($1::text[], $2::text[])
      """, .array(people.map { _ in Optional("1") }), .array(people.map { Optional($0) }))
  }

  @Test("a conversation starts at nothing, and goes on from what the last turn left")
  func goesOn() async throws {
    try await TestDatabase.with { database in
      #expect(try await load(["ann"], in: database) == ["0"])
      try await save(("ann", 0, "1"), in: database)
      try await save(("ann", 1, "2"), ("longer", 0, "7"), in: database)
      #expect(try await load(["longer", "nobody", "ann"], in: database) == ["1 7", "0", "2 2"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.turn") == 3)
    }
  }

  @Test("a conversation that changed since it was loaded refuses the batch, which leaves nothing", arguments: [0, 2])
  func changed(version: Int) async throws {
    try await TestDatabase.with { database in
      try await save(("ann", 0, "1"), in: database)
      await #expect {
        try await save(("longer", 0, "7"), ("ann", version, "2"), in: database)
      } throws: {
        ($0 as? PostgresError)?.sqlState == "MR001"
      }
      #expect(try await load(["ann", "longer"], in: database) == ["1 1", "0"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.turn") == 1)
    }
  }

  @Test("a wait for a profile ends once it is known, or refused, and not before", arguments: ["known", "refused"])
  func profile(state: String) async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(IngestRow())
      try await database.park(.understand, person: "ann", for: .profile)
      try await database.ask("SELECT martlet.profile_recheck('1', 'ann')")
      #expect(try await database.waiting() == ["understand:ann:profile"])
      try await database.ask(
        "SELECT martlet.profile_save('{1}', '{ann}', ARRAY[$1], '{Ann}', '{Lee}', ARRAY['{\"a\":1}'])", .text(state))
      #expect(try await load(["ann"], in: database) == ["0 \(state) Ann"])
      try await database.ask("SELECT martlet.profile_recheck('1', 'ann')")
      #expect(try await database.waiting().isEmpty)
    }
  }

  @Test("the partitions of yesterday to three days ahead are made, once, also by many at once")
  func partitions() async throws {
    try await TestDatabase.with { database in
      func days(_ ledger: String) async throws -> [Int] {
        try await database.ask(
          """
          SELECT (to_date(right(c.relname, 8), 'YYYYMMDD') - (now() AT TIME ZONE 'UTC')::date) AS n
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = ('martlet.' || $1)::regclass ORDER BY 1
          """, .text(ledger)
        ).map { try $0.int("n") }
      }
      let ledgers = ["event", "turn", "send_attempt", "send_outcome"]
      for ledger in ledgers { #expect(try await days(ledger) == [-1, 0, 1, 2, 3]) }
      #expect(try await database.number("SELECT martlet.make_partitions() AS n") == 0)

      for ledger in ledgers {
        try await database.ask(
          """
          DO $$ BEGIN EXECUTE format('DROP TABLE martlet.%I',
            '\(ledger)_' || to_char((now() AT TIME ZONE 'UTC')::date + 1, 'YYYYMMDD')); END $$
          """)
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { try await database.ask("SELECT martlet.make_partitions()") } }
        try await group.waitForAll()
      }
      #expect(try await database.number("SELECT martlet.make_partitions() AS n") == 0)
      for ledger in ledgers { #expect(try await days(ledger) == [-1, 0, 1, 2, 3]) }
    }
  }

  @Test("who cannot make the partitions, because another does, is told how many of tomorrow's are missing")
  func missingPartitions() async throws {
    try await TestDatabase.with { database in
      try await database.ask(
        """
        DO $$ BEGIN EXECUTE format('DROP TABLE martlet.%I',
          'event_' || to_char((now() AT TIME ZONE 'UTC')::date + 1, 'YYYYMMDD')); END $$
        """)
      try await database.pool.withTransaction(isDurable: false) { transaction in
        try await transaction.run(Statement("lock", "SELECT pg_advisory_xact_lock(77000, 0)"))
        #expect(try await database.number("SELECT martlet.make_partitions() AS n") == 1)
      }
      #expect(try await database.number("SELECT martlet.make_partitions() AS n") == 0)
    }
  }
}
