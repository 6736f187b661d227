import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Dead letters in an operator's hands")
struct DeadLettersTests {
  @Test("a filter means what it says, each part of it alone and all together")
  func filters() async throws {
    try await TestDatabase.with { database in
      try await database.bury(.send, id: 1, person: "ann", error: "(#100) bad_param 50%", minutesAgo: 60)
      try await database.bury(.send, id: 2, person: "bob", page: "2", error: "timeout", minutesAgo: 10)
      try await database.bury(.send, id: 3, person: "ann", kind: "typing", error: "(#100) badXparam")
      try await database.bury(.understand, id: 2, person: "ann", error: "no such rule")
      func found(_ change: @Sendable (inout DeadLetterFilter) -> Void) async throws -> [String] {
        var filter = DeadLetterFilter()
        change(&filter)
        let wanted = filter
        return try await database.withDeadLetters { letters in
          try await letters.list(wanted, atMost: 10).map { "\($0.queue.rawValue) \($0.id)" }
        }
      }
      #expect(try await found { _ in } == ["send 1", "send 2", "send 3", "understand 2"])
      #expect(try await found { $0.queue = .send } == ["send 1", "send 2", "send 3"])
      #expect(try await found { ($0.queue, $0.ids) = (.send, [2, 3, 9]) } == ["send 2", "send 3"])
      #expect(try await found { $0.pageID = "2" } == ["send 2"])
      #expect(try await found { $0.person = "ann" } == ["send 1", "send 3", "understand 2"])
      #expect(try await found { $0.kind = "typing" } == ["send 3"])
      #expect(try await found { $0.olderThan = .seconds(300) } == ["send 1", "send 2"])
      #expect(try await found { $0.newerThan = .seconds(1800) } == ["send 2", "send 3", "understand 2"])
      #expect(
        try await found {
          $0.olderThan = .seconds(300)
          $0.newerThan = .seconds(1800)
        } == ["send 2"])
      #expect(try await found { $0.error = "TIME" } == ["send 2"])
      #expect(try await found { $0.error = "(#100)*param" } == ["send 1", "send 3"])
      // These three mean nothing but themselves.
      #expect(try await found { $0.error = "bad_param" } == ["send 1"])
      #expect(try await found { $0.error = "50%" } == ["send 1"])
      #expect(try await found { $0.error = "\\" }.isEmpty)
    }
  }

  @Test("the list goes by id and keeps to its limit")
  func limit() async throws {
    try await TestDatabase.with { database in
      for id in [3, 1, 2] { try await database.bury(.send, id: id) }
      let ids = try await database.withDeadLetters { try await $0.list(DeadLetterFilter(), atMost: 2).map(\.id) }
      #expect(ids == [1, 2])
    }
  }

  @Test("bulk that died comes back as bulk, so that replies still go before it")
  func retryOfBulk() async throws {
    try await TestDatabase.with { database in
      for id in [1, 2] { try await database.bury(.send, id: id) }
      try await database.ask("UPDATE martlet.queue_dead SET is_bulk = true WHERE id = 2")
      try await database.withDeadLetters { _ = try await $0.retry(DeadLetterFilter(), atMost: 10, by: "eve") }
      #expect(
        try await database.texts("SELECT is_bulk::text AS v FROM martlet.queue_send ORDER BY id") == ["false", "true"])
    }
  }

  @Test("a retried job stands at the end of its lane, in order, with no attempts, and is dead no more")
  func retry() async throws {
    try await TestDatabase.with { database in
      try await database.ask(
        "SELECT martlet.queue_send_put('{1}', '{ann}', '{message}', '{1}', '{NULL}', '{\"{\\\"n\\\": 0}\"}')")
      for id in [12, 11, 13] { try await database.bury(.send, id: id) }
      try await database.bury(.understand, id: 11)
      var filter = DeadLetterFilter()
      filter.queue = .send
      let wanted = filter
      let counts = try await database.withDeadLetters { try await $0.retry(wanted, atMost: 10, by: "eve") }
      #expect(counts == [.send: 3])
      let jobs = try await database.texts(
        """
        SELECT concat_ws(' ', payload ->> 'n', attempts, v, kind, trace, person, lane = martlet.lane(conv)) AS v
        FROM martlet.queue_send ORDER BY id
        """)
      #expect(
        jobs == [
          "0 0 1 message ann t", "11 0 2 message trace ann t", "12 0 2 message trace ann t",
          "13 0 2 message trace ann t",
        ])
      #expect(try await database.texts("SELECT queue AS v FROM martlet.queue_dead") == ["understand"])
      #expect(try await database.actions() == ["eve retry send 3"])
    }
  }

  @Test("more than one transaction holds is one action; the limit holds across them")
  func batches() async throws {
    try await TestDatabase.with { database in
      try await database.ask(
        """
        INSERT INTO martlet.queue_dead (queue, id, conv, page_id, person, kind, v, attempts, enqueued_at, payload)
        SELECT 'send', i, martlet.conv('1', 'p' || i), '1', 'p' || i, 'message', 1, 12, now(), '{}'
        FROM generate_series(1, 1300) AS i
        """)
      let counts = try await database.withDeadLetters {
        try await $0.retry(DeadLetterFilter(), atMost: 1200, by: "eve")
      }
      #expect(counts == [.send: 1200])
      #expect(
        try await database.texts("SELECT id::text AS v FROM martlet.queue_dead ORDER BY id LIMIT 1") == ["1201"])
      #expect(try await database.actions() == ["eve retry  1200"])
    }
  }

  @Test("two retries at once put each job back once")
  func atOnce() async throws {
    try await TestDatabase.with { database in
      for id in 1...40 { try await database.bury(.send, id: id, person: "p\(id)") }
      let total = try await withThrowingTaskGroup(of: Int.self) { group in
        for number in 0..<4 {
          group.addTask {
            try await database.withDeadLetters {
              try await $0.retry(DeadLetterFilter(), atMost: 100, by: "eve\(number)").values.reduce(0, +)
            }
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(total == 40)
      #expect(try await database.texts("SELECT count(*)::text AS v FROM martlet.queue_send") == ["40"])
      #expect(try await database.texts("SELECT sum(rows)::text AS v FROM martlet.operator_action") == ["40"])
    }
  }

  @Test("a retry waits for a producer that holds the lane, so that ids rise in commit order")
  func laneLock() async throws {
    try await TestDatabase.with { database in
      try await database.bury(.send, id: 1, person: "ann")
      let producer = try await database.connect()
      let target = [QueueTarget(.send, pageID: "1", person: "ann")]
      try await producer.run([
        Statement("begin", "BEGIN"), QueueStatements.lock(target),
      ])
      let retry = Task {
        try await database.withDeadLetters { try await $0.retry(DeadLetterFilter(), atMost: 1, by: "eve") }
      }
      try await eventually {
        try await database.texts(
          "SELECT pid::text AS v FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        ).count == 1
      }
      let put = NewJob(target[0], kind: "message", version: 1, trace: nil, payload: #"{"n": 0}"#)
      try await producer.run(QueueStatements.put([put]) + [Statement("commit", "COMMIT")])
      #expect(try await retry.value == [.send: 1])
      #expect(
        try await database.texts("SELECT payload ->> 'n' AS v FROM martlet.queue_send ORDER BY id") == ["0", "1"])
      await producer.close()
    }
  }

  @Test("dropping takes what the filter means, writes it down, and names no person")
  func drop() async throws {
    try await TestDatabase.with { database in
      try await database.bury(.send, id: 1, person: "ann")
      try await database.bury(.send, id: 2, person: "bob")
      var filter = DeadLetterFilter()
      (filter.person, filter.error) = ("ann", "n*x")
      let wanted = filter
      let nothing = try await database.withDeadLetters { try await $0.drop(wanted, atMost: 10, by: "eve") }
      #expect(nothing.isEmpty)
      #expect(try await database.actions().isEmpty)
      filter.error = nil
      let ann = filter
      #expect(try await database.withDeadLetters { try await $0.drop(ann, atMost: 10, by: "eve") } == [.send: 1])
      #expect(try await database.texts("SELECT person AS v FROM martlet.queue_dead") == ["bob"])
      #expect(try await database.texts("SELECT id::text AS v FROM martlet.queue_send").isEmpty)
      #expect(try await database.actions() == ["eve drop  1"])
      #expect(try await database.texts("SELECT filter ->> 'person' AS v FROM martlet.operator_action") == ["one"])
    }
  }

  @Test("a sleeping worker is told of what was put back")
  func wakes() async throws {
    try await TestDatabase.with { database in
      _ = try await database.lease(.send, by: uuid(1))
      try await database.ask("SELECT martlet.queue_sleep($1::uuid, true)", .text(uuid(1)))
      try await database.bury(.send, id: 1)
      let heard = Watched<[String]>([])
      let ear = try await database.connect()
      await ear.onNotification { channel, _ in heard.change { $0.append(channel) } }
      try await ear.run(Statement("listen", "LISTEN martlet_send"))
      _ = try await database.withDeadLetters { try await $0.retry(DeadLetterFilter(), atMost: 1, by: "eve") }
      try await heard.until { $0 == ["martlet_send"] }
      await ear.close()
    }
  }
}
