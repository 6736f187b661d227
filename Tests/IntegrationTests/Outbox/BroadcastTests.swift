import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Broadcasts in the database")
struct BroadcastTests {
  /// A broadcast to that many people, p1, p2, …; its id.
  private func start(_ database: TestDatabase, people: Int, rate: Int = 10) async throws -> String {
    try await database.pool.run(
      Statement("page", "INSERT INTO martlet.page (page_id, app_id) VALUES ('1', 'a') ON CONFLICT DO NOTHING"))
    return try await database.ask(
      """
      SELECT id FROM martlet.api_broadcast(gen_random_uuid(), NULL, NULL, '1', NULL,
        '{"text": "News!", "grounds": {"kind": "update"}}', $1, NULL,
        ARRAY(SELECT 'p' || n FROM generate_series(1, $2) n), array_fill(NULL::text, ARRAY[$2::int]),
        array_fill(NULL::text, ARRAY[$2::int]), NULL)
      """, .int(rate), .int(people))[0].string("id")
  }

  /// Moves the broadcast's clock on.
  private func pass(_ seconds: Double, in database: TestDatabase) async throws {
    try await database.ask(
      "UPDATE martlet.broadcast SET allowed_at = allowed_at - $1::float8 * interval '1 s'", .text("\(seconds)"))
  }

  private func feed(_ database: TestDatabase) async throws -> Int {
    try await database.number("SELECT fed AS n FROM martlet.broadcast_feed()")
  }

  private func count(_ state: String, _ id: String, in database: TestDatabase) async throws -> Int {
    try await database.number(
      "SELECT (martlet.broadcast_report(NULL, '\(id)') #>> '{counts,\(state)}')::int AS n")
  }

  @Test("goes at its pace, and makes up for a second at most, however long nobody looked")
  func pace() async throws {
    try await TestDatabase.with { database in
      _ = try await start(database, people: 100)
      // Within a tenth of a second nobody has a turn, unless the machine stood still.
      try await pass(0.25, in: database)
      #expect((2...10).contains(try await feed(database)))
      try await pass(3600, in: database)
      // Ten, less those that still stand in the outbox.
      let second = try await feed(database)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.outbox") == 10)
      try await pass(3600, in: database)
      #expect(try await feed(database) == 0)
      try await database.ask("SELECT martlet.outbox_promote(100, 100)")
      #expect(second > 0)
      #expect(try await feed(database) == 10)
    }
  }

  @Test("cancelled, it takes back all that has no attempt, in the outbox and in the queue, and counts the rest")
  func cancel() async throws {
    try await TestDatabase.with { database in
      let id = try await start(database, people: 50)
      try await pass(3600, in: database)
      #expect(try await feed(database) == 10)
      try await database.ask("SELECT martlet.outbox_promote(6, 100)")
      // One of those promoted is parked, one is being sent, one is sent.
      try await database.ask("UPDATE martlet.queue_send SET lane = -1 - lane WHERE person = 'p3'")
      try await database.ask(
        """
        UPDATE martlet.message SET attempt_id = id, state = CASE person WHEN 'p1' THEN 'sending' ELSE 'sent' END
        WHERE person IN ('p1', 'p2')
        """)
      try await database.ask("DELETE FROM martlet.queue_send WHERE person = 'p2'")
      try await database.ask("SELECT martlet.broadcast_set(NULL, $1::uuid, 'cancelled')", .text(id))
      #expect(try await count("cancelled", id, in: database) == 48)
      #expect(try await count("sending", id, in: database) == 1)
      #expect(try await count("sent", id, in: database) == 1)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.outbox") == 0)
      #expect(try await database.ask("SELECT person FROM martlet.queue_send").map { try $0.string("person") } == ["p1"])
      #expect(try await feed(database) == 0)
    }
  }

  @Test("a message whose attempt is being written while it is cancelled goes its way")
  func cancelRace() async throws {
    try await TestDatabase.with { database in
      let id = try await start(database, people: 2)
      try await pass(3600, in: database)
      _ = try await feed(database)
      try await database.ask("SELECT martlet.outbox_promote(6, 100)")
      let sender = try await database.connect()
      try await sender.withTransaction(isDurable: false) { transaction in
        try await transaction.run(
          Statement(
            "attempt",
            "UPDATE martlet.message SET state = 'sending', attempt_id = id WHERE person = 'p1'"))
        // It waits for nobody.
        try await database.ask("SELECT martlet.broadcast_set(NULL, $1::uuid, 'cancelled')", .text(id))
      }
      await sender.close()
      #expect(try await count("sending", id, in: database) == 1)
      #expect(try await count("cancelled", id, in: database) == 1)
      #expect(try await database.ask("SELECT person FROM martlet.queue_send").map { try $0.string("person") } == ["p1"])
    }
  }

  @Test("what is paused while its promotion waits for a lane stays in the outbox, and goes when it is resumed")
  func pauseRace() async throws {
    try await TestDatabase.with { database in
      let id = try await start(database, people: 1)
      try await pass(3600, in: database)
      _ = try await feed(database)
      let producer = try await database.connect()
      let promotion = try await producer.withTransaction(isDurable: false) { transaction in
        try await transaction.run(Statement("lock", "SELECT martlet.queue_lock('{send}', '{1}', '{p1}')"))
        // Ends when the lock is free: after this transaction.
        let promotion = Task { try await database.ask("SELECT martlet.outbox_promote(16, 200)") }
        try await eventually {
          try await database.number("SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            > 0
        }
        try await database.ask("SELECT martlet.broadcast_set(NULL, $1::uuid, 'paused')", .text(id))
        return promotion
      }
      _ = try await promotion.value
      await producer.close()
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_send") == 0)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.outbox WHERE class = 'paused'") == 1)
      try await database.ask("SELECT martlet.broadcast_set(NULL, $1::uuid, 'running')", .text(id))
      try await database.ask("SELECT martlet.outbox_promote(16, 200)")
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_send") == 1)
    }
  }

  @Test("is finished when the last of its messages has come to an end, and not before")
  func settles() async throws {
    try await TestDatabase.with { database in
      let id = try await start(database, people: 3)
      try await pass(3600, in: database)
      _ = try await feed(database)
      func settle() async throws -> Int {
        try await database.number("SELECT martlet.broadcast_settle() AS n")
      }
      #expect(try await settle() == 0)
      for (person, state) in [("p1", "too_late"), ("p3", "refused"), ("p2", "dead")] {
        #expect(try await settle() == 0)
        try await database.ask("UPDATE martlet.message SET state = $1 WHERE person = $2", .text(state), .text(person))
      }
      #expect(try await settle() == 1)
      #expect(try await settle() == 0)
      let report = try await database.ask("SELECT martlet.broadcast_report(NULL, $1::uuid) ->> 'state' AS s", .text(id))
      #expect(try report[0].string("s") == "finished")
    }
  }

  @Test("an erased person gets nothing, and the counts say that one is missing")
  func erased() async throws {
    try await TestDatabase.with { database in
      let id = try await start(database, people: 5)
      try await database.ask("SELECT martlet.queue_erase('1', 'p2')")
      try await pass(3600, in: database)
      _ = try await feed(database)
      let people = try await database.ask("SELECT person FROM martlet.outbox ORDER BY id").map {
        try $0.string("person")
      }
      #expect(people == ["p1", "p3", "p4", "p5"])
      #expect(try await count("erased", id, in: database) == 1)
    }
  }
}
