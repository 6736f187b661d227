import FoundationEssentials
import Postgres
import Synchronization

/// Measures how long new work waits until somebody begins with it, while nothing else goes on.
struct NoticeProbe: Sendable {
  let producer: ChaosProducer
  let crew: ChaosCrew
  let calm: String
  let numbers = Numbers()

  final class Numbers: Sendable {
    private let next = Mutex(0)
    func take() -> Int {
      next.withLock {
        $0 += 1
        return $0
      }
    }
  }

  /// Runs `body` while producers rest, nobody dies, and the workers have shared the lanes and nothing to do; nil when
  /// it does not come to that.
  func inCalm<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value? {
    _ = FileManager.default.createFile(atPath: calm, contents: nil)
    producer.tally.isPaused = true
    defer {
      producer.tally.isPaused = false
      try? FileManager.default.removeItem(atPath: calm)
    }
    let limit = ContinuousClock.now + .seconds(30)
    while try await !isSettled() {
      guard .now < limit else { return nil }
      try await Task.sleep(for: .milliseconds(100))
    }
    return try await body()
  }

  /// The longest wait among jobs put in for so long, every 60 milliseconds one, each of a person of its own.
  func worst(over duration: Duration) async throws -> Duration {
    let end = ContinuousClock.now + duration
    var committed: [(person: String, at: ContinuousClock.Instant)] = []
    while .now < end {
      let person = "probe\(numbers.take())"
      await producer.put([(person, [.plain])])
      committed.append((person, .now))
      try await Task.sleep(for: .milliseconds(60))
    }
    var worst = Duration.zero
    for (person, time) in committed {
      let limit = time + .seconds(30)
      while producer.world.firstAct(of: person) == nil, .now < limit { try await Task.sleep(for: .milliseconds(10)) }
      worst = max(worst, time.duration(to: producer.world.firstAct(of: person) ?? limit))
    }
    return worst
  }

  private func isSettled() async throws -> Bool {
    let rows = try? await producer.route.direct.run(
      Statement(
        "settled",
        """
        SELECT count(*) AS live, COALESCE(sum(held), 0) AS held, COALESCE(max(held), 0) AS most,
          (SELECT count(*) FROM martlet.queue_understand) AS waiting
        FROM (
          SELECT (SELECT count(*) FROM martlet.queue_lane l WHERE l.queue = w.queue AND l.worker = w.worker) AS held
          FROM martlet.queue_worker w
          WHERE w.queue = 'understand' AND w.seen > clock_timestamp() - w.ttl) AS worker
        """))
    guard let row = rows?.first else { return false }
    let size = ChaosCrew.size
    return try row.int("live") == size && row.int("held") == 64 && row.int("most") <= (64 + size - 1) / size
      && row.int("waiting") == 0 && producer.world.listening.count == size
  }
}
