import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Taking events in")
struct IngestTests {
  private func jobs(_ queue: QueueName, in database: TestDatabase) async throws -> [String?] {
    try await database.texts(
      "SELECT person || ' ' || kind || ' ' || payload::text AS v FROM martlet.queue_\(queue.rawValue) ORDER BY id")
  }

  @Test("an event is stored once and becomes one job; a second delivery does nothing")
  func today() async throws {
    try await TestDatabase.with { database async throws in
      #expect(try await database.ingest(IngestRow(payload: "{\"n\": 1}")) == 1)
      #expect(try await database.ingest(IngestRow(time: 1_700_000_009_000, payload: "{\"n\": 2}")) == 0)
      #expect(try await jobs(.understand, in: database) == ["ann message {\"n\": 1}"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.event") == 1)
    }
  }

  @Test("a second delivery within one batch does nothing, and the first one counts")
  func withinBatch() async throws {
    try await TestDatabase.with { database in
      let count = try await database.ingest(
        IngestRow(key: "a", payload: "{\"n\": 1}"), IngestRow(key: "a", payload: "{\"n\": 2}"),
        IngestRow(key: "b", payload: "{\"n\": 3}"), IngestRow(key: "a", payload: "{\"n\": 4}"))
      #expect(count == 2)
      #expect(try await jobs(.understand, in: database) == ["ann message {\"n\": 1}", "ann message {\"n\": 3}"])
    }
  }

  @Test("a key that came yesterday or the day before is a second delivery; three days ago it is not", arguments: 1...3)
  func earlierDays(days: Int) async throws {
    try await TestDatabase.with { database in
      for day in 2...3 {
        try await database.ask(
          """
          DO $$ DECLARE d date := martlet.today() - \(day); BEGIN
            EXECUTE format('CREATE TABLE martlet.event_%s PARTITION OF martlet.event FOR VALUES FROM (%L) TO (%L)',
              to_char(d, 'YYYYMMDD'), d, d + 1); END $$
          """)
      }
      try await database.ask(
        """
        INSERT INTO martlet.event (day, app_id, page_id, kind, key, person, event_at, body)
        VALUES (martlet.today() - $1::int, 'app', '1', 'message', 'old', 'ann', 0, '{}')
        """, .int(days))
      let new = try await database.ingest(IngestRow(key: "old"), IngestRow(key: "new"))
      #expect(new == (days < 3 ? 1 : 2))
      #expect(try await jobs(.understand, in: database).count == new)
    }
  }

  @Test("the same key of another app, page or kind is another event")
  func scope() async throws {
    try await TestDatabase.with { database async throws in
      #expect(try await database.ingest(IngestRow()) == 1)
      #expect(
        try await database.ingest(IngestRow(app: "b"), IngestRow(page: "2"), IngestRow(kind: "postback")) == 3)
    }
  }

  @Test("each event goes to its queue, in order; one that drives nothing is only recorded")
  func queues() async throws {
    try await TestDatabase.with { database in
      let count = try await database.ingest(
        IngestRow(person: "bob", key: "1", payload: "1"),
        IngestRow(queue: .receipt, kind: "read", key: "2", effects: 0, payload: "2"),
        IngestRow(queue: nil, kind: "reaction", key: "3", effects: 0),
        IngestRow(key: "4", payload: "4"), IngestRow(person: "bob", key: "5", payload: "5"))
      #expect(count == 5)
      #expect(try await jobs(.understand, in: database) == ["bob message 1", "ann message 4", "bob message 5"])
      #expect(try await jobs(.receipt, in: database) == ["ann read 2"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.event") == 5)
      let isInLane = try await database.ask(
        "SELECT bool_and(lane = martlet.lane(martlet.conv(page_id, person))) AS v FROM martlet.queue_understand")
      #expect(try isInLane[0].bool("v"))
    }
  }

  @Test("a person is handed to identify when they first do something, once")
  func newPerson() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(
        IngestRow(queue: .receipt, person: "eve", kind: "read", key: "0", effects: 0),
        IngestRow(key: "1"), IngestRow(key: "2"), IngestRow(person: "bob", key: "3"), IngestRow(page: "2", key: "4"))
      _ = try await database.ingest(IngestRow(key: "5"), IngestRow(key: "1"))
      let identify = try await database.texts(
        "SELECT page_id || ' ' || person || ' ' || kind AS v FROM martlet.queue_identify ORDER BY 1")
      #expect(identify == ["1 ann profile", "1 bob profile", "2 ann profile"])
      #expect(
        try await database.texts("SELECT page_id || ' ' || person AS v FROM martlet.contact ORDER BY 1")
          == ["1 ann", "1 bob", "2 ann"])
    }
  }

  @Test("when a person last wrote never goes back, whatever order events come in")
  func lastIn() async throws {
    try await TestDatabase.with { database in
      func lastIn() async throws -> Int64 {
        try await database.ask("SELECT (extract(epoch FROM last_in_at) * 1000)::bigint AS n FROM martlet.contact")[0]
          .int64("n")
      }
      _ = try await database.ingest(IngestRow(key: "1", time: 5000), IngestRow(key: "2", time: 4000))
      #expect(try await lastIn() == 5000)
      _ = try await database.ingest(IngestRow(key: "3", time: 3000))
      #expect(try await lastIn() == 5000)
      _ = try await database.ingest(IngestRow(key: "3", time: 9000))
      #expect(try await lastIn() == 5000)
      _ = try await database.ingest(IngestRow(key: "4", time: 6000))
      #expect(try await lastIn() == 6000)
    }
  }

  @Test("what identity is to know goes to identify, behind the person's profile")
  func identify() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(
        IngestRow(queue: .identify, kind: "optin", key: "1", payload: "1"),
        IngestRow(queue: .identify, kind: "account_linking", key: "2", effects: 0, payload: "2"))
      #expect(try await jobs(.identify, in: database) == ["ann profile {}", "ann optin 1", "ann account_linking 2"])
    }
  }

  @Test("deliveries of one event side by side act once")
  func race() async throws {
    try await TestDatabase.with { database in
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<8 { group.addTask { try await database.ingest(IngestRow(), IngestRow(key: "m2")) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(counts.sorted() == [0, 0, 0, 0, 0, 0, 0, 2])
      #expect(try await jobs(.understand, in: database).count == 2)
    }
  }

  /// Makes the database's day what the test says, from today.
  private func shiftDays(in database: TestDatabase) async throws {
    try await database.pool.run([
      Statement("test", "CREATE TABLE public.day_shift (days int)"),
      Statement("test", "INSERT INTO public.day_shift VALUES (0)"),
      Statement(
        "test",
        """
        CREATE OR REPLACE FUNCTION martlet.today() RETURNS date LANGUAGE sql AS $$
          SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date + (SELECT days FROM public.day_shift) $$
        """),
    ])
  }

  private func shift(_ days: Int, in database: TestDatabase) async throws {
    try await database.ask("UPDATE public.day_shift SET days = $1::int", .int(days))
    try await database.ask("SELECT martlet.make_partitions()")
  }

  @Test("an event that comes again over one change of day, or two, is the same event; also when the clock is set back")
  func changeOfDay() async throws {
    try await TestDatabase.with { database in
      try await shiftDays(in: database)
      #expect(try await database.ingest(IngestRow()) == 1)
      for (day, new) in [(1, 1), (2, 1), (1, 0)] {
        try await shift(day, in: database)
        #expect(try await database.ingest(IngestRow(), IngestRow(key: "of day \(day)")) == new)
      }
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.event WHERE key = 'm1'") == 1)
    }
  }

  @Test("the day that has begun goes on when the clock is set back before it")
  func clockSetBack() async throws {
    try await TestDatabase.with { database in
      try await shiftDays(in: database)
      try await shift(1, in: database)
      #expect(try await database.ingest(IngestRow()) == 1)
      try await shift(0, in: database)
      #expect(try await database.ingest(IngestRow(), IngestRow(key: "m2")) == 1)
      #expect(
        try await database.number(
          "SELECT count(*) AS n FROM martlet.event WHERE day = (now() AT TIME ZONE 'UTC')::date + 1") == 2)
    }
  }

  @Test("a race of deliveries over a change of day acts once, whatever becomes of the event", arguments: [true, false])
  func raceOverMidnight(drives: Bool) async throws {
    try await TestDatabase.with { database in
      try await shiftDays(in: database)
      let counts = try await withThrowingTaskGroup(of: Int.self) { group in
        for place in 0..<12 {
          if place == 6 {
            group.addTask {
              try await self.shift(1, in: database); return 0
            }
          }
          group.addTask {
            try await database.ingest(
              IngestRow(queue: drives ? .understand : nil, effects: drives ? 3 : 0), IngestRow(key: "m\(place)"))
          }
        }
        return try await group.reduce(0) { $0 + $1 }
      }
      #expect(counts == 12)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.event WHERE key = 'm1'") == 1)
    }
  }
}
