import JobQueue
import Postgres
import SocketLoop
import Synchronization

/// What PostgreSQL gives at best to any queue of this shape: rows go in by batches and out by their exact ids, at
/// once, over as many connections as the queue has, and nothing else is done. No order, no owner, no payload read.
struct CeilingBench: Sendable {
  let setup: QueueBenchSetup
  let database: BenchDatabase

  struct Rate: Sendable {
    var jobs = 0
    var time = Duration.zero
    var perSecond: Double { Double(jobs) / max(time / .seconds(1), 0.001) }

    static func + (left: Rate, right: Rate) -> Rate {
      Rate(jobs: left.jobs + right.jobs, time: left.time + right.time)
    }
  }

  private final class Progress: Sendable {
    let written = Atomic(0)
    let deleted = Atomic(0)
  }

  private struct Insert: Sendable {
    let statement: Statement
    let lanes: Parameter
  }

  private struct Batch: Sendable {
    let lanes: Parameter
    let ids: [Int64]
  }

  func run(jobs: Int) async throws -> Rate {
    try await database.run("ceiling.drop", "DROP TABLE IF EXISTS bench_ceiling")
    try await database.run("ceiling.table", "CREATE TABLE bench_ceiling (LIKE \(QueueBenchSetup.table) INCLUDING ALL)")
    try await database.run("ceiling.index", "DROP INDEX IF EXISTS bench_ceiling_conv_id_idx")
    try await database.run("checkpoint", "CHECKPOINT")
    let batches = try await preparedBatches()
    let progress = Progress()
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      var lines: [AsyncStream<Batch>.Continuation] = []
      for _ in 0..<setup.workers * QueueBenchSetup.connectionsPerWorker {
        let (stream, continuation) = AsyncStream.makeStream(of: Batch.self)
        lines.append(continuation)
        tasks.addTask { try await delete(stream, progress) }
      }
      try await withThrowingTaskGroup(of: Void.self) { inserters in
        for index in 0..<setup.producers {
          inserters.addTask { [lines] in
            try await insert(batches, from: index, jobs: jobs / setup.producers, lines, progress)
          }
        }
        try await inserters.waitForAll()
      }
      for line in lines { line.finish() }
      try await tasks.waitForAll()
    }
    let rate = Rate(jobs: progress.deleted.load(ordering: .relaxed), time: start.duration(to: .now))
    try await database.run("ceiling.drop", "DROP TABLE bench_ceiling")
    return rate
  }

  private func insert(
    _ batches: [Insert], from first: Int, jobs: Int, _ lines: [AsyncStream<Batch>.Continuation], _ progress: Progress
  ) async throws {
    let connection = try await connect()
    var written = 0
    var turn = first
    while written < jobs {
      // The same brake as the queue's producers have.
      while progress.written.load(ordering: .relaxed) - progress.deleted.load(ordering: .relaxed) > setup.backlog {
        try await Task.sleep(for: .milliseconds(1))
      }
      let batch = batches[turn % batches.count]
      let ids = try await connection.run(batch.statement).map { try $0.int64("id") }
      lines[turn % lines.count].yield(Batch(lanes: batch.lanes, ids: ids))
      written += ids.count
      progress.written.add(ids.count, ordering: .relaxed)
      turn += 1
    }
    await connection.close()
  }

  private func delete(_ batches: AsyncStream<Batch>, _ progress: Progress) async throws {
    let connection = try await connect()
    for await batch in batches {
      // Each id is looked up in the primary key; the planner could not get it wrong on a table that grows from nothing.
      let rows = try await connection.run(
        Statement(
          "ceiling.delete",
          """
          DELETE FROM bench_ceiling WHERE ctid = ANY (ARRAY(
            SELECT t.ctid FROM unnest($1::smallint[], $2::bigint[]) AS i (lane, id) CROSS JOIN LATERAL (
              SELECT ctid FROM bench_ceiling WHERE lane = i.lane AND id = i.id OFFSET 0) t))
          """, [batch.lanes, .bigints(batch.ids)]))
      progress.deleted.add(rows.affected, ordering: .relaxed)
    }
    await connection.close()
  }

  private func connect() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(setup.postgres("ceiling"), on: SocketLoop())
    try await connection.run([
      Statement("ceiling.sync", "SET synchronous_commit = \(setup.isDurable ? "on" : "off")"),
      Statement("ceiling.seqscan", "SET enable_seqscan = off"),
      Statement("ceiling.bitmapscan", "SET enable_bitmapscan = off"),
      Statement("ceiling.jit", "SET jit = off"),
      Statement("ceiling.plans", "SET plan_cache_mode = force_generic_plan"),
    ])
    return connection
  }

  /// The statements are made before the clock runs: the ceiling pays for nothing but PostgreSQL.
  private func preparedBatches() async throws -> [Insert] {
    let count = min(setup.batch, setup.keys)
    var batches: [Insert] = []
    for first in stride(from: 0, to: min(setup.keys, 100 * count), by: count) {
      let conversations = (first..<first + count).map { BenchConversation(key: $0) }
      let rows = try await database.run(
        "ceiling.lanes", "SELECT martlet.conv($1, p) AS conv FROM unnest($2::text[]) AS p",
        [.text(BenchConversation.pageID), .texts(conversations.map(\.person))])
      let hashes = try rows.map { try $0.int64("conv") }
      let lanes = Parameter.smallints(hashes.map { Int($0 & 63) })
      let insert = Statement(
        "ceiling.insert",
        """
        INSERT INTO bench_ceiling (lane, conv, page_id, person, kind, v, payload)
        SELECT lane, conv, page_id, person, kind, v, payload::jsonb FROM unnest(
          $1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::smallint[], $7::text[])
          AS i (lane, conv, page_id, person, kind, v, payload)
        RETURNING id
        """,
        [
          lanes, .bigints(hashes), .texts(conversations.map { _ in BenchConversation.pageID }),
          .texts(conversations.map(\.person)), .texts(conversations.map { _ in "bench" }),
          .smallints(conversations.map { _ in 1 }),
          .texts(conversations.map { $0.payload(number: 50, time: 10_000_000) }),
        ])
      batches.append(Insert(statement: insert, lanes: lanes))
    }
    return batches
  }
}
