import JobQueue
import Postgres
import TestKit
import Testing

@Suite("The figures of a queue")
struct QueueFiguresTests {
  @Test("an empty queue has nothing, and 64 free lanes, none of them starved")
  func empty() async throws {
    try await TestDatabase.with { database in
      for queue in QueueName.allCases {
        let figures = try await database.figures(queue)
        #expect(figures.depth == .init(0))
        #expect(figures.oldest == nil)
        #expect(figures.waits.isEmpty && figures.stuckLanes.isEmpty && figures.pause == nil)
        #expect(figures.owners.map(\.lanes) == [64])
        #expect(figures.owners.first?.worker == nil)
      }
    }
  }

  @Test("tells depth, the age of the oldest in line, what stands aside, what is dead, and why who waits")
  func filled() async throws {
    try await TestDatabase.with { database in
      try await database.enqueue(.send, count: 5)
      try await database.ask("UPDATE martlet.queue_send SET enqueued_at = now() - interval '90 s' WHERE id = 3")
      // Older, but in no line.
      try await database.ask(
        "UPDATE martlet.queue_send SET lane = -1 - lane, enqueued_at = now() - interval '1 h' WHERE id = 1")
      try await database.park(.send, person: "p1", for: .retry)
      try await database.park(.send, person: "p9", for: .unknown)
      try await database.park(.send, person: "p8", for: .unknown)
      try await database.park(.understand, person: "p8", for: .profile)
      try await database.bury(.send, id: 1)
      let figures = try await database.figures(.send)
      #expect(figures.depth == .init(5))
      #expect(figures.aside == .init(1))
      #expect(figures.dead == .init(1))
      let oldest = try #require(figures.oldest)
      #expect(oldest >= .seconds(90) && oldest < .seconds(600))
      #expect(figures.waits.map { "\($0.reason) \($0.conversations.value)" } == ["retry 1", "unknown 2"])
      #expect(figures.waits.allSatisfy { $0.nextLook > .seconds(3000) && $0.conversations.kind == .exact })
    }
  }

  @Test("a lane with jobs starves while nobody holds it, or its owner is silent for longer than its lease")
  func starved() async throws {
    try await TestDatabase.with { database in
      try await database.enqueue(.send, count: 1)
      let lane = Int(try await database.texts("SELECT lane::text AS v FROM martlet.queue_send")[0]!)!
      #expect(try await database.figures(.send).stuckLanes == [lane])
      _ = try await database.lease(.send, by: uuid(1))
      var figures = try await database.figures(.send)
      #expect(figures.stuckLanes.isEmpty)
      #expect(figures.owners.map(\.worker) == [uuid(1)])
      #expect(figures.owners.map(\.lanes) == [64])
      #expect(figures.owners.map(\.isGone) == [false])
      try await database.ask("UPDATE martlet.queue_worker SET seen = seen - interval '11 s'")
      figures = try await database.figures(.send)
      #expect(figures.stuckLanes == [lane])
      #expect(figures.owners.map(\.isGone) == [true])
      // What stands aside starves too.
      try await database.ask("UPDATE martlet.queue_send SET lane = -1 - lane")
      #expect(try await database.figures(.send).stuckLanes == [lane])
    }
  }

  @Test("a pause is told with who and why")
  func paused() async throws {
    try await TestDatabase.with { database in
      let known = try await database.pool.withConnection { connection in
        let pause = QueuePause(on: connection)
        let first = try await pause.set(.send, by: "ann", why: "token")
        let second = try await pause.set(.send, by: "bob", why: "still")
        return (first, second)
      }
      #expect(known.0 == nil)
      #expect(known.1 != nil)
      let figures = try await database.figures(.send)
      #expect(figures.pause?.who == "bob")
      #expect(figures.pause?.why == "still")
      #expect(try await database.figures(.understand).pause == nil)
      let ended = try await database.pool.withConnection { connection in
        let pause = QueuePause(on: connection)
        return (try await pause.end(.send, by: "ann"), try await pause.end(.send, by: "ann"))
      }
      #expect(ended == (true, false))
      #expect(try await database.actions() == ["ann pause send 1", "bob pause send 1", "ann resume send 1"])
    }
  }

  @Test("above the bound depth is an estimate, and no look reads a table from end to end")
  func large() async throws {
    try await TestDatabase.with { database in
      let count = 40_000
      try await database.enqueue(.send, count: count)
      try await database.ask(
        """
        INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
        SELECT 'send', i * 7919, 0, '1', 'p' || i, now(), CASE WHEN i % 4 = 0 THEN 'page' ELSE 'retry' END
        FROM generate_series(1, $1::int) AS i
        """, .int(count))
      try await database.ask(
        """
        INSERT INTO martlet.queue_dead (queue, id, conv, page_id, person, kind, v, attempts, enqueued_at, payload)
        SELECT 'send', i, i, '1', 'p', 'message', 1, 12, now(), '{}' FROM generate_series(1, $1::int) AS i
        """, .int(count))
      // The statistics are still those of empty tables.
      let (figures, reads) = try await database.pool.withTransaction(isDurable: false) { transaction in
        let before = try await self.reads(transaction)
        let figures = try await QueueFigures.read(.send, in: transaction)
        let after = try await self.reads(transaction)
        return (figures, after.map { (table: $0.key, $0.value - (before[$0.key] ?? .zero)) })
      }
      #expect(figures.depth.kind == .estimate)
      #expect(figures.depth.value > QueueFigures.bound)
      #expect(figures.dead == .init(QueueFigures.bound + 1, .least))
      let waits = figures.waits
      #expect(waits.allSatisfy { $0.conversations.kind == .least })
      // Spread evenly: a quarter of those looked at wait for their page.
      let page = Double(waits.first { $0.reason == "page" }?.conversations.value ?? 0) / Double(QueueFigures.bound)
      #expect(page > 0.2 && page < 0.3)
      #expect(reads.count == 3)
      for (table, reads) in reads {
        #expect(reads.scans == 0, "\(table)")
        #expect(reads.entries <= QueueFigures.bound + 300, "\(table)")
      }
    }
  }

  private struct Reads {
    var scans = 0
    var entries = 0

    static let zero = Reads()

    static func - (left: Reads, right: Reads) -> Reads {
      Reads(scans: left.scans - right.scans, entries: left.entries - right.entries)
    }
  }

  /// What this connection has read and not yet told, by table: scans from end to end, and entries of indexes.
  private func reads(_ transaction: Transaction) async throws -> [String: Reads] {
    let rows = try await transaction.run(
      Statement(
        "reads",
        """
        SELECT c.relname, pg_stat_get_xact_numscans(c.oid) AS scans, (
          SELECT sum(pg_stat_get_xact_tuples_returned(i.indexrelid)) FROM pg_index i WHERE i.indrelid = c.oid
        )::bigint AS entries
        FROM pg_class c WHERE c.relname IN ('queue_send', 'queue_parked', 'queue_dead') AND c.relkind = 'r'
        """))
    return Dictionary(
      uniqueKeysWithValues: try rows.map {
        (try $0.string("relname"), Reads(scans: try $0.int("scans"), entries: try $0.int("entries")))
      })
  }

  @Test("from known heads on a look passes over none of the rows that a held snapshot keeps")
  func heads() async throws {
    try await TestDatabase.with { database in
      try await database.enqueue(.send, count: 30_000)
      try await database.ask("ANALYZE martlet.queue_send")
      let before = try await database.figures(.send).heads
      #expect(before.count == 64)
      let snapshot = try await database.connect()
      try await snapshot.run([
        Statement("begin", "BEGIN ISOLATION LEVEL REPEATABLE READ"), Statement("look", "SELECT 1"),
      ])
      try await database.ask("DELETE FROM martlet.queue_send WHERE id <= 29990")
      let first = try await database.figures(.send, from: before)
      #expect(first.depth == .init(10))
      let (second, entries) = try await database.pool.withTransaction(isDurable: false) { transaction in
        let before = try await self.reads(transaction)["queue_send"] ?? .zero
        let figures = try await QueueFigures.read(.send, from: first.heads, in: transaction)
        let after = try await self.reads(transaction)["queue_send"] ?? .zero
        return (figures, (after - before).entries)
      }
      #expect(second.depth == .init(10))
      #expect(second.oldest != nil)
      // The newest 20,000 ids are looked at all the same: for the heads, the depth, and lanes that nobody holds.
      #expect(entries <= 3 * 20_010)
      await snapshot.close()
    }
  }

  @Test("the oldest snapshot is told with who holds it")
  func snapshot() async throws {
    try await TestDatabase.with { database in
      let holder = try await database.connect()
      try await holder.run([
        Statement("begin", "BEGIN ISOLATION LEVEL REPEATABLE READ"), Statement("look", "SELECT 1"),
        Statement("name", "SELECT set_config('application_name', 'the holder', true)"),
      ])
      // Some transactions later.
      for _ in 0..<3 { try await database.ask("SELECT pg_current_xact_id()") }
      let figures = try await database.pool.withTransaction(isDurable: false) {
        try await DatabaseFigures.read(in: $0)
      }
      #expect(figures.snapshotHolder?.contains("the holder") == true)
      #expect(figures.oldestSnapshotTransactions >= 3)
      #expect(figures.oldestSnapshot > .zero)
      #expect(figures.notificationUsage >= 0 && figures.notificationUsage <= 1)
      try await holder.run(Statement("end", "ROLLBACK"))
      try await eventually {
        let now = try await database.pool.withTransaction(isDurable: false) { try await DatabaseFigures.read(in: $0) }
        return now.snapshotHolder?.contains("the holder") != true
      }
      await holder.close()
    }
  }
}
