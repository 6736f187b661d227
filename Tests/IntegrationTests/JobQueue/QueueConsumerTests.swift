import JobQueue
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

/// A handler made of a closure; its effects are rows of the table `effect`.
struct RecordingHandler: JobHandler {
  let body: @Sendable (Job) async -> Verdict<String>

  func run(_ job: Job) async -> Verdict<String> { await body(job) }

  func targets(of effect: String, for job: Job) -> [QueueTarget] { [] }

  func statements(applying done: [(job: Job, effect: String)]) -> [Statement] {
    [
      Statement(
        "effect", "INSERT INTO effect (person, what) SELECT * FROM unnest($1::text[], $2::text[])",
        [.array(done.map { Optional($0.job.person) }), .array(done.map { Optional($0.effect) })])
    ]
  }
}

extension TestDatabase {
  func makeEffects() async throws {
    try await pool.run(
      Statement("create", "CREATE TABLE effect (n bigint GENERATED ALWAYS AS IDENTITY, person text, what text)"))
  }

  /// Writes jobs as a producer does: locks, inserts, commits, then wakes who sleeps.
  func put(_ payloads: [(person: String, what: String)]) async throws {
    let jobs = payloads.map {
      NewJob(
        QueueTarget(.understand, pageID: "1", person: $0.person), kind: "test", version: 1, trace: nil,
        payload: "{\"what\":\"\($0.what)\"}")
    }
    let targets = Set(jobs.map(\.target))
    try await pool.run([QueueStatements.lock(targets)] + QueueStatements.put(jobs))
    try await pool.run(QueueStatements.notify(targets))
  }

  func effects(of person: String) async throws -> [String] {
    try await pool.run(
      Statement("effects", "SELECT what FROM effect WHERE person = $1 ORDER BY n", [.text(person)])
    ).map { try $0.string("what") }
  }

  func number(_ sql: String) async throws -> Int {
    try await pool.run(Statement("number", sql))[0].int("n")
  }

  /// Runs a consumer beside `body`, and ends it as SIGTERM would.
  func consuming(
    _ configuration: ConsumerConfiguration = .test(), worker: String = testWorker(), handler: RecordingHandler,
    _ body: @Sendable @escaping (QueueConsumer) async throws -> Void
  ) async throws {
    let logger = Logger(label: "test")
    let consumer = QueueConsumer(configuration, handler: handler, pool: pool, worker: worker, logger: logger)
    let group = ServiceGroup(configuration: .init(services: [.init(service: consumer)], logger: logger))
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      do {
        try await body(consumer)
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}

extension ConsumerConfiguration {
  static func test(lease: Duration = .seconds(10)) -> ConsumerConfiguration {
    var configuration = ConsumerConfiguration(queue: .understand, lease: lease)
    configuration.poll = .milliseconds(20)
    configuration.firstPause = .milliseconds(1)
    configuration.longestPause = .milliseconds(5)
    configuration.maximumAttempts = 3
    return configuration
  }
}

func testWorker() -> String {
  var generator = SystemRandomNumberGenerator()
  let digits = (0..<32).map { _ in String(Int.random(in: 0..<16, using: &generator), radix: 16) }.joined()
  let parts = [digits.prefix(8), digits.dropFirst(8).prefix(4), digits.dropFirst(12).prefix(4)]
  return (parts + [digits.dropFirst(16).prefix(4), digits.dropFirst(20)]).joined(separator: "-")
}

/// Lets a test wait until something was counted.
private struct Tally: Sendable {
  private let count = Watched(0)

  func add() { count.change { $0 += 1 } }
  func reach(_ count: Int) async throws { try await self.count.until { $0 >= count } }
}

func what(_ job: Job) -> String {
  String(String(decoding: job.payload, as: UTF8.self).split(separator: "\"")[3])
}

@Suite("A queue's consumer")
struct QueueConsumerTests {
  @Test("does every job once and each person's jobs in order, people side by side")
  func order() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let people = (0..<50).map { "p\($0)" }
      let tally = Tally()
      let handler = RecordingHandler { job in
        tally.add()
        return .done(what(job))
      }
      try await database.consuming(handler: handler) { _ in
        for round in 0..<10 { try await database.put(people.map { ($0, "\(round)") }) }
        try await tally.reach(500)
      }
      for person in people {
        #expect(try await database.effects(of: person) == (0..<10).map { "\($0)" })
      }
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_understand") == 0)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_worker") == 0)
      #expect(try await database.number("SELECT count(worker) AS n FROM martlet.queue_lane") == 0)
    }
  }

  @Test("makes a failing conversation wait alone, and replays it in order")
  func failing() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let tally = Tally()
      let failures = Mutex(0)
      let handler = RecordingHandler { job in
        if job.person == "bad", what(job) == "1",
          failures.withLock({
            $0 += 1; return $0 <= 2
          })
        {
          return .failed(error: "as told")
        }
        tally.add()
        return .done(what(job))
      }
      try await database.consuming(handler: handler) { _ in
        for round in 0..<5 { try await database.put([("bad", "\(round)"), ("good", "\(round)")]) }
        try await tally.reach(10)
      }
      #expect(try await database.effects(of: "bad") == ["0", "1", "2", "3", "4"])
      #expect(try await database.effects(of: "good") == ["0", "1", "2", "3", "4"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_dead") == 0)
    }
  }

  @Test("buries only the head after its last attempt; the rest goes on")
  func dead() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let tally = Tally()
      let handler = RecordingHandler { job in
        if what(job) == "poison" { return .failed(error: "as told") }
        tally.add()
        return .done(what(job))
      }
      try await database.consuming(handler: handler) { _ in
        try await database.put([("p", "a"), ("p", "poison"), ("p", "b"), ("p", "c")])
        try await tally.reach(3)
        try await database.put([("p", "d")])
        try await tally.reach(4)
      }
      #expect(try await database.effects(of: "p") == ["a", "b", "c", "d"])
      let dead = try await database.pool.run(Statement("dead", "SELECT attempts, error FROM martlet.queue_dead"))
      try #require(dead.count == 1)
      #expect(try dead[0].int("attempts") == 3)
      #expect(try dead[0].string("error") == "as told")
    }
  }

  @Test("ends a wait for the reason that is named and no other")
  func parking() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let tally = Tally()
      let handler = RecordingHandler { job in
        defer { tally.add() }
        if job.parkedFor == nil, what(job) == "first" { return .park(.profile, atMost: .seconds(3600)) }
        return .done(what(job))
      }
      try await database.consuming(handler: handler) { consumer in
        try await database.put([("p", "first"), ("p", "second")])
        try await tally.reach(1)
        let target = QueueTarget(.understand, pageID: "1", person: "p")
        try await eventually { try await database.number("SELECT count(*) AS n FROM martlet.queue_parked") > 0 }
        try await database.pool.run([
          QueueStatements.lock([target]), QueueStatements.wake(.understand, .retry, [target]),
        ])
        #expect(
          try await database.number(
            "SELECT count(*) AS n FROM martlet.queue_parked WHERE until > now() + interval '1 min'")
            == 1)
        try await database.pool.run([
          QueueStatements.lock([target]), QueueStatements.wake(.understand, .profile, [target]),
        ])
        try await tally.reach(3)
        try await eventually { try await database.number("SELECT count(*) AS n FROM martlet.queue_parked") == 0 }
      }
      #expect(try await database.effects(of: "p") == ["first", "second"])
    }
  }

  @Test("a lane of a worker that went silent is taken over, and what the old one finishes later counts for nothing")
  func takeover() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      // The takeover rule waits one lease after the start of PostgreSQL, so the lease is short.
      let zombie = testWorker()
      let lease = Statement(
        "lease", "SELECT lane, epoch FROM martlet.queue_lease('understand', $1::uuid, interval '100 ms', '{}')",
        [.text(zombie)])
      let lanes = try await database.pool.run(lease)
      #expect(lanes.count == 64)
      try await database.put([("p", "a")])
      let row = try await database.pool.run(
        Statement("read", "SELECT lane, id FROM martlet.queue_understand"))[0]
      let (lane, id) = (try row.int("lane"), try row.int64("id"))

      let tally = Tally()
      let handler = RecordingHandler { job in
        tally.add()
        return .done(what(job))
      }
      try await database.consuming(.test(lease: .milliseconds(100)), handler: handler) { _ in try await tally.reach(1) }
      #expect(try await database.effects(of: "p") == ["a"])
      let finished = try await database.pool.run(
        Statement(
          "finish", "SELECT * FROM martlet.queue_understand_finish($1::uuid, $2::smallint[], '{1}', $3::bigint[])",
          [.text(zombie), .array([lane]), .array([id])]))
      #expect(finished.count == 0)
    }
  }

  @Test("what an earlier owner parked at the last moment holds up the jobs behind it, though they were read before")
  func lateParking() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let (started, release) = (Tally(), Tally())
      let handler = RecordingHandler { job in
        started.add()
        if what(job) == "a", job.parkedFor == nil { try? await release.reach(1) }
        return .done(what(job))
      }
      try await database.consuming(.test(lease: .seconds(1)), handler: handler) { _ in
        try await database.put([("p", "a"), ("p", "b"), ("p", "c")])
        try await started.reach(1)
        // An owner that checked its lane before this one took it, and committed after this one had read it.
        try await database.pool.run([
          Statement(
            "aside", "UPDATE martlet.queue_understand SET lane = -1 - lane WHERE payload ->> 'what' = 'a'"),
          Statement(
            "park",
            """
            INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
            SELECT 'understand', conv, -1 - lane, page_id, person, clock_timestamp(), 'retry'
            FROM martlet.queue_understand WHERE lane < 0
            """),
        ])
        release.add()
        try await eventually { try await database.effects(of: "p").count == 3 }
      }
      #expect(try await database.effects(of: "p") == ["a", "b", "c"])
    }
  }

  @Test("two workers share the lanes")
  func fairShare() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let handler = RecordingHandler { .done(what($0)) }
      try await database.consuming(.test(lease: .milliseconds(150)), handler: handler) { first in
        try await database.consuming(.test(lease: .milliseconds(150)), handler: handler) { second in
          try await eventually { first.status.lanes == 32 && second.status.lanes == 32 }
        }
        try await eventually { first.status.lanes == 64 }
      }
    }
  }
}
