import JobQueue
import Logging
import Postgres
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

/// Owning lanes among workers that come and go. Leases are long here, so that whatever happens soon happens because
/// the workers were called, not because time passed.
@Suite("Lanes and their owners")
struct LaneTests {
  private let handler = RecordingHandler { _ in .done("done") }

  @Test("a newcomer gets its share, and those who stay get all, without waiting for a renewal")
  func handingOver() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      try await database.listening(handler: handler) { first in
        try await eventually { first.status.lanes == 64 }
        try await database.listening(handler: handler) { second in
          try await eventually { first.status.lanes == 32 && second.status.lanes == 32 }
        }
        try await eventually { first.status.lanes == 64 }
      }
      #expect(try await database.number("SELECT count(worker) AS n FROM martlet.queue_lane") == 0)
    }
  }

  @Test("a paused queue starts nothing, and goes on where it was")
  func pausing() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      let reads = Watched(0)
      try await database.listening(handler: handler, onStep: { if $0 == .read { reads.change { $0 += 1 } } }) {
        consumer in
        try await database.pool.run(
          Statement("pause", "SELECT martlet.queue_pause_set('understand', 'a test', 'because')"))
        try await eventually { consumer.status.isPaused }
        try await database.put([("p", "a"), ("q", "b")])
        // Both are read, and after that the loop has had its chance to begin them: the next job is read as well.
        try await reads.until { $0 >= 1 }
        let seen = reads.value
        try await database.put([("r", "c")])
        try await reads.until { $0 > seen }
        #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_understand") == 3)
        #expect(try await database.number("SELECT count(*) AS n FROM effect") == 0)
        let was = try await database.pool.run(
          Statement("resume", "SELECT martlet.queue_pause_end('understand') AS was"))[0].bool("was")
        #expect(was)
        try await eventually { try await database.number("SELECT count(*) AS n FROM effect") == 3 }
      }
    }
  }

  @Test("what was in a lane that lost two owners runs singly, counted before it runs, and is buried after its turns")
  func poison() async throws {
    try await TestDatabase.with { database in
      try await database.makeEffects()
      try await database.put((0..<20).map { ("p\($0)", "old") })
      // Stands behind a head: it cannot have been running.
      try await database.put([("p0", "behind")])
      try await database.put([("poison", "poison")])
      try await database.pool.run(
        Statement("tried", "UPDATE martlet.queue_understand SET attempts = 3 WHERE person = 'poison'"))
      // Two owners went silent within minutes.
      try await database.pool.run(
        Statement("silent", "UPDATE martlet.queue_lane SET expiries = 2, expired_at = now() WHERE queue = 'understand'")
      )
      let together = Mutex((now: 0, most: 0))
      let counted = Mutex<[Int]>([])
      let pool = database.pool
      let handler = RecordingHandler { job in
        if what(job) == "old" { together.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
        let row = try? await pool.run(
          Statement("attempts", "SELECT attempts FROM martlet.queue_understand WHERE id = $1", [.int(job.id)]))
        if let attempts = try? row?[0].int("attempts") { counted.withLock { $0.append(attempts) } }
        if what(job) == "old" { together.withLock { $0.now -= 1 } }
        return .done("done")
      }
      try await database.listening(handler: handler) { _ in
        try await eventually { try await database.number("SELECT count(*) AS n FROM effect") == 21 }
        try await eventually { try await database.number("SELECT count(*) AS n FROM martlet.queue_dead") == 1 }
        #expect(together.withLock { $0.most } == 1)
        #expect(counted.withLock { $0.sorted() } == [0] + Array(repeating: 1, count: 20))
        // What came later is nobody's suspect.
        try await database.put([("p0", "new")])
        try await eventually { try await database.number("SELECT count(*) AS n FROM effect") == 22 }
        #expect(counted.withLock { $0.last } == 0)
      }
      let dead = try await database.pool.run(
        Statement("dead", "SELECT person, attempts, error FROM martlet.queue_dead"))
      #expect(try dead[0].string("person") == "poison")
      #expect(try dead[0].int("attempts") == 3)
    }
  }

  @Test("an owner that goes silent again and again makes its lanes suspect, one that stops does not")
  func expiries() async throws {
    try await TestDatabase.with { database in
      func lease(_ worker: String) async throws -> [(lane: Int, isSuspect: Bool)] {
        try await database.pool.run(
          Statement(
            "lease", "SELECT * FROM martlet.queue_lease('understand', $1::uuid, interval '50 ms', '{}')",
            [.text(worker)])
        ).map { (try $0.int("lane"), try $0.bool("suspect")) }
      }
      func takeover() async throws -> Bool {
        let worker = testWorker()
        let held = Mutex<[Bool]>([])
        try await eventually {
          let lanes = try await lease(worker)
          held.withLock { $0 = lanes.map(\.isSuspect) }
          return lanes.count == 64
        }
        return held.withLock { $0.allSatisfy { $0 } }
      }
      #expect(try await !takeover())
      #expect(try await !takeover())
      let last = testWorker()
      var suspects: [Bool] = []
      while suspects.count < 64 { suspects = try await lease(last).map(\.isSuspect) }
      #expect(suspects.allSatisfy { $0 })
      try await database.pool.run(Statement("leave", "SELECT martlet.queue_leave($1::uuid)", [.text(last)]))
      try await database.pool.run(
        Statement("forget", "UPDATE martlet.queue_lane SET expired_at = expired_at - interval '11 min'"))
      #expect(try await !takeover())
    }
  }
}

extension TestDatabase {
  /// Runs a consumer that hears notifications, with a lease of ten minutes.
  fileprivate func listening(
    handler: RecordingHandler, onStep: (@Sendable (ConsumerStep) -> Void)? = nil,
    _ body: @Sendable @escaping (QueueConsumer) async throws -> Void
  ) async throws {
    var configuration = ConsumerConfiguration.test(lease: .seconds(600))
    configuration.onStep = onStep
    try await consuming(configuration, handler: handler) { consumer in
      let logger = Logger(label: "test")
      let ready = Watched(false)
      let listener = PostgresListener(
        self.configuration, channels: ["martlet_understand"], on: loop, logger: logger
      ) { event in
        switch event {
        case .listening:
          consumer.wake()
          ready.change { $0 = true }
        case .notification(_, let lanes): consumer.wake(lanes: lanes)
        }
      }
      try await withThrowingTaskGroup { tasks in
        tasks.addTask { try await listener.run() }
        defer { tasks.cancelAll() }
        try await ready.until { $0 }
        try await body(consumer)
      }
    }
  }
}
