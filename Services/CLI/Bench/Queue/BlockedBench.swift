import JobQueue
import Postgres

/// What one conversation that always fails does to the others: steady load alone, then with its backlog in front.
struct BlockedBench: Sendable {
  let bench: QueueBench

  static let failing = 20_000
  /// Jobs in line at most, so that delays tell of the queue and not of how far the producers ran ahead.
  static let backlog = 2_000

  func run() async throws -> QueueRun {
    let before = try await load(failing: 0)
    let blocked = try await load(failing: Self.failing)
    var run = QueueRun("blocked", note: "\(Self.failing) messages of one failing conversation in front")
    run.add("free_jobs_per_second", before.perSecond)
    run.add("blocked_jobs_per_second", blocked.perSecond)
    run.add("blocked_over_free", blocked.perSecond / max(before.perSecond, 1), 3)
    run.add("free_", before.handler.delays())
    run.add("same_lane_", blocked.handler.delays(inFailingLane: true))
    run.add("other_lanes_", blocked.handler.delays(inFailingLane: false))
    run.add("failures", blocked.handler.failures)
    run.add("lost", before.lost + blocked.lost)
    run.add("swapped", before.handler.oracle.swapped + blocked.handler.oracle.swapped)
    run.add("doubled", before.handler.oracle.doubled + blocked.handler.oracle.doubled)
    return run
  }

  private struct Load: Sendable {
    let handler: BenchHandler
    let written: Int
    let perSecond: Double
    var lost: Int { handler.oracle.lost(of: written) }
  }

  private func load(failing: Int) async throws -> Load {
    let setup = bench.setup
    try await bench.database.clear()
    let handler = BenchHandler(setup, clock: BenchClock())
    let workers = BenchWorkers(setup: setup, handler: handler)
    // The lanes are shared out before the backlog is there, so that its reading belongs to what is measured.
    return try await workers.during {
      try await prepend(failing)
      let start = ContinuousClock.now
      let written = try await BenchProducer(setup: setup, handler: handler)
        .load(until: start + setup.span, backlog: Self.backlog)
      let perSecond = Double(handler.done) / (start.duration(to: .now) / .seconds(1))
      try await bench.finish(written, by: handler)
      return Load(handler: handler, written: written, perSecond: perSecond)
    }
  }

  /// In one transaction: the workers see all of it at once.
  private func prepend(_ count: Int) async throws {
    guard count > 0 else { return }
    let conversation = BenchConversation(key: bench.setup.keys)
    let jobs = (0..<count).map { conversation.job(number: $0, time: 0, kind: BenchHandler.failing) }
    try await BenchProducer.write(jobs, isDurable: bench.setup.isDurable, on: bench.database.connection)
  }
}
