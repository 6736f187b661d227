import JobQueue
import Logging
import Postgres
import TestKit
import Testing

@Suite("The outbox, and taking a person out of the queues")
struct OutboxTests {
  private func send(_ database: TestDatabase, _ person: String, _ arguments: String = "") async throws {
    try await database.pool.run(
      Statement("send", "SELECT martlet.send('1', $1, '{\"text\": \"hi\"}'\(arguments))", [.text(person)]))
  }

  private func promote(_ database: TestDatabase, window: Int = 16) async throws -> (moved: Int, bulk: Int) {
    let row = try await database.pool.run(
      Statement("promote", "SELECT * FROM martlet.outbox_promote($1, 200)", [.int(window)]))[0]
    return (try row.int("moved"), try row.int("bulk_moved"))
  }

  @Test("what is urgent goes at once and in order, what is scheduled when it is due")
  func urgent() async throws {
    try await TestDatabase.with { database in
      for number in 0..<5 { try await send(database, "p\(number)") }
      try await send(database, "later", ", due => now() + interval '1 hour'")
      let first = try await promote(database)
      #expect(first == (5, 0))
      let people = try await database.pool.run(
        Statement("people", "SELECT person FROM martlet.queue_send ORDER BY id")
      ).map { try $0.string("person") }
      #expect(people == (0..<5).map { "p\($0)" })
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.outbox") == 1)
      let again = try await promote(database)
      #expect(again == (0, 0))
    }
  }

  @Test("bulk comes through a window, which parked messages do not fill, and urgent ones pass")
  func bulk() async throws {
    try await TestDatabase.with { database in
      for number in 0..<10 { try await send(database, "b\(number)", ", class => 'bulk'") }
      let first = try await promote(database, window: 4)
      #expect(first == (4, 4))
      let full = try await promote(database, window: 4)
      #expect(full == (0, 0))
      try await send(database, "u")
      let urgent = try await promote(database, window: 4)
      #expect(urgent == (1, 0))
      // Two are parked, one is sent.
      try await database.pool.run(
        Statement(
          "park", "UPDATE martlet.queue_send SET lane = -1 - lane WHERE person IN ('b0', 'b1')"))
      try await database.pool.run(Statement("sent", "DELETE FROM martlet.queue_send WHERE person = 'b2'"))
      let room = try await promote(database, window: 4)
      #expect(room == (3, 3))
    }
  }

  @Test("a message that is no object or for somebody else, and a class that is none, are refused")
  func refused() async throws {
    try await TestDatabase.with { database in
      await #expect(throws: PostgresError.self) {
        try await database.pool.run(Statement("send", "SELECT martlet.send('1', 'p', '\"hi\"')"))
      }
      await #expect(throws: PostgresError.self) { try await send(database, "p", ", class => 'whenever'") }
      // One person's window would let another be written to.
      await #expect(throws: PostgresError.self) {
        try await database.pool.run(
          Statement("other", #"SELECT martlet.send('1', 'p', '{"text": "hi", "recipient": "q"}')"#))
      }
      try await database.pool.run(
        Statement("same", #"SELECT martlet.send('1', 'p', '{"text": "hi", "recipient": "p"}')"#))
    }
  }

  @Test("is emptied as room comes, by a promoter that nobody tells", .timeLimit(.minutes(1)))
  func promoter() async throws {
    try await TestDatabase.with { database in
      for number in 0..<50 { try await send(database, "b\(number)", ", class => 'bulk'") }
      let promoter = OutboxPromoter(
        pool: database.pool, bulkWindow: 8, pace: .milliseconds(1), logger: Logger(label: "test"))
      try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await promoter.run() }
        defer { tasks.cancelAll() }
        var sent = 0
        while sent < 50 {
          let gone = try await database.pool.run(
            Statement("sent", "DELETE FROM martlet.queue_send RETURNING is_bulk"))
          #expect(gone.count <= 8)
          sent += gone.count
          // Looks again at leisure: the promoter needs the processor too.
          if gone.count == 0 { try await Task.sleep(for: .milliseconds(5)) }
        }
      }
    }
  }

  @Test("a person's jobs go from every queue, parked and dead ones and what is still to be sent; nobody else's do")
  func erasing() async throws {
    try await TestDatabase.with { database in
      for person in ["gone", "stays"] {
        for queue in QueueName.allCases {
          let target = QueueTarget(queue, pageID: "1", person: person)
          let job = NewJob(target, kind: "test", version: 1, trace: nil, payload: "{}")
          try await database.pool.run([QueueStatements.lock([target])] + QueueStatements.put([job, job]))
          try await database.pool.run(
            Statement(
              "aside",
              """
              UPDATE martlet.queue_\(queue) SET lane = -1 - lane
              WHERE id = (SELECT max(id) FROM martlet.queue_\(queue) WHERE person = $1)
              """, [.text(person)]))
          try await database.pool.run(
            Statement(
              "park",
              """
              INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
              SELECT $1, c, martlet.lane(c), '1', $2, now(), 'retry' FROM martlet.conv('1', $2) AS c
              """, [.text(queue.rawValue), .text(person)]))
        }
        try await send(database, person)
      }
      let erased = try await database.number("SELECT martlet.queue_erase('1', 'gone') AS n")
      #expect(erased == 9)
      for table in ["queue_understand", "queue_identify", "queue_receipt", "queue_send", "queue_parked", "outbox"] {
        let left = try await database.pool.run(Statement("left", "SELECT DISTINCT person FROM martlet.\(table)"))
          .map { try $0.string("person") }
        #expect(left == ["stays"], "\(table)")
      }
    }
  }
}
