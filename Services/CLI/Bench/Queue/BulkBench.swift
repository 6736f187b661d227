import JobQueue
import Logging
import Postgres

/// Replies at a pace, alone and then beside a hundred thousand bulk messages to the same page.
struct BulkBench: Sendable {
  let bench: QueueBench

  static let messages = 100_000
  /// As many bulk messages in the queue at a time as `outbound` allows by default.
  static let window = 16
  /// How long Meta takes for a call.
  static let call = Duration.milliseconds(50)

  func run() async throws -> QueueRun {
    let alone = try await replies(besides: 0)
    let beside = try await replies(besides: Self.messages)
    var run = QueueRun(
      "bulk", note: "\(bench.setup.rate) replies/s, synchronous commit, each call 50 ms, window \(Self.window)")
    run.add("alone_", alone.delays())
    run.add("beside_", beside.delays())
    run.add("p99_ratio", beside.delays().at(0.99) / max(alone.delays().at(0.99), 0.001), 2)
    run.add("bulk_done", beside.bulkDone)
    let written = bench.setup.rate * Int(bench.setup.span / .seconds(1))
    run.add("lost", alone.oracle.lost(of: written) + beside.oracle.lost(of: written))
    return run
  }

  private func replies(besides bulk: Int) async throws -> BenchHandler {
    var setup = bench.setup
    setup.queue = .send
    setup.isDurable = true
    try await bench.database.clear()
    if bulk > 0 { try await fill(bulk) }
    let jobs = setup.rate * Int(setup.span / .seconds(1))
    let handler = BenchHandler(setup, clock: BenchClock(), call: Self.call)
    let logger = Logger(label: "martlet.bench") { _ in SwiftLogNoOpLogHandler() }
    let pool = PostgresPool(setup.postgres("outbox"), limit: 1, on: bench.database.connection.loop)
    let promoter = OutboxPromoter(pool: pool, bulkWindow: Self.window, logger: logger)
    try await BenchWorkers(setup: setup, handler: handler).during { [setup] in
      let promoting = Task { try await promoter.run() }
      defer { promoting.cancel() }
      try await BenchProducer(setup: setup, handler: handler).pace(jobs: jobs, isDurable: true)
      try await bench.finish(jobs, by: handler)
    }
    await pool.drain()
    return handler
  }

  /// To other people of the same page, since whoever is just being sent something waits for it in any case; in one
  /// transaction, as an owner would.
  private func fill(_ count: Int) async throws {
    try await bench.database.run(
      "outbox.fill",
      """
      INSERT INTO martlet.outbox (class, due, page_id, person, kind, v, payload)
      SELECT 'bulk', now(), $1, '70000000' || ($2::int + n % $2::int), $3, 1, jsonb_build_object('n', n, 'x', repeat('x', 300))
      FROM generate_series(1, $4::int) AS n
      """,
      [
        .text(BenchConversation.pageID), .int(bench.setup.keys), .text(BenchHandler.bulk), .int(count),
      ])
    // What is measured is the sending beside replies, not how PostgreSQL digests a hundred thousand rows at once.
    try await bench.database.run("outbox.vacuum", "VACUUM ANALYZE martlet.outbox")
    try await bench.database.run("checkpoint", "CHECKPOINT")
  }
}
