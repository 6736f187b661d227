import JobQueue
import Postgres

/// The modes of the queue's bench: each runs on empty tables and says what it measured.
struct QueueBench: Sendable {
  let setup: QueueBenchSetup
  let database: BenchDatabase

  /// Enqueue and work at once, from the first enqueue call to the last job taken out.
  func stream(_ name: String = "stream", jobs: Int? = nil) async throws -> QueueRun {
    let jobs = jobs ?? setup.jobs
    try await database.clear()
    let handler = BenchHandler(setup, clock: BenchClock())
    let wal = try await database.walPosition()
    let time = try await BenchWorkers(setup: setup, handler: handler).during {
      let start = ContinuousClock.now
      _ = try await BenchProducer(setup: setup, handler: handler).load(jobs: jobs, backlog: setup.backlog)
      try await finish(jobs, by: handler)
      return start.duration(to: .now)
    }
    var run = QueueRun(name)
    run.add(jobs: jobs, in: time)
    run.add("wal_bytes_per_job", Double(try await database.walPosition() - wal) / Double(jobs))
    try await check(handler, written: jobs, &run)
    return run
  }

  /// Everything is in line before the first worker starts.
  func drain() async throws -> QueueRun {
    try await database.clear()
    let handler = BenchHandler(setup, clock: BenchClock())
    _ = try await BenchProducer(setup: setup, handler: handler).load(jobs: setup.jobs, backlog: .max)
    let time = try await BenchWorkers(setup: setup, handler: handler).during(evenly: false) {
      let start = ContinuousClock.now
      try await finish(setup.jobs, by: handler)
      return start.duration(to: .now)
    }
    var run = QueueRun("drain")
    run.add(jobs: setup.jobs, in: time)
    try await check(handler, written: setup.jobs, &run)
    return run
  }

  /// Single jobs at a fixed pace, every commit waiting for the disk: from the enqueue call to the job's start.
  func latency() async throws -> QueueRun {
    try await database.clear()
    var setup = setup
    setup.isDurable = true
    let jobs = setup.rate * Int(setup.span / .seconds(1))
    let handler = BenchHandler(setup, clock: BenchClock())
    try await BenchWorkers(setup: setup, handler: handler).during { [setup] in
      try await BenchProducer(setup: setup, handler: handler).pace(jobs: jobs, isDurable: true)
      try await finish(jobs, by: handler)
    }
    var run = QueueRun("latency", note: "\(setup.rate) jobs/s, one a transaction, synchronous commit")
    run.add("jobs", jobs)
    run.add("", handler.delays())
    // Two jobs of one conversation may overtake each other on their way in: each comes over a connection of its own.
    run.add("lost", handler.oracle.lost(of: jobs))
    return run
  }

  /// The same stream free, and beside a transaction that holds the vacuum's horizon.
  func snapshot() async throws -> QueueRun {
    let free = try await stream("free")
    let holder = try await PostgresConnection.connect(setup.postgres("snapshot"), on: database.connection.loop)
    try await holder.run([
      Statement("begin", "BEGIN ISOLATION LEVEL REPEATABLE READ"),
      Statement("snapshot", "SELECT count(*) FROM pg_class"),
    ])
    // TRUNCATE would wait for a transaction that has read the table; this one has not.
    let held = try await stream("held")
    await holder.close()
    var run = QueueRun("snapshot")
    run.add("free_jobs_per_second", free["jobs_per_second"] ?? 0)
    run.add("held_jobs_per_second", held["jobs_per_second"] ?? 0)
    run.add("held_over_free", (held["jobs_per_second"] ?? 0) / max(free["jobs_per_second"] ?? 0, 1), 3)
    for name in ["lost", "swapped", "doubled"] { run.add(name, (free[name] ?? 0) + (held[name] ?? 0)) }
    return run
  }

  /// A stream with what it leaves behind: sizes before anybody says VACUUM (PostgreSQL's own may have run).
  func million() async throws -> QueueRun {
    var run = try await stream("million")
    let sizes = try await database.sizes()
    let through = try await database.bytesPerJob() * Double(setup.jobs)
    run.add("heap_bytes", sizes.heap)
    run.add("index_bytes", sizes.indexes)
    run.add("bytes_through", through)
    run.add("heap_over_through", Double(sizes.heap) / through, 3)
    return run
  }

  // MARK: Ends

  /// Waits until so many jobs are out of the queue, to the millisecond, without costing the workers anything.
  func finish(_ jobs: Int, by handler: BenchHandler) async throws {
    var known = -1
    var since = ContinuousClock.now
    while handler.done < jobs {
      try await Task.sleep(for: .milliseconds(1))
      if handler.done != known { (known, since) = (handler.done, .now) }
      guard since.duration(to: .now) < .seconds(60) else {
        throw ToolError(
          code: .bench, doing: "work \(jobs) jobs off", cause: "nothing has moved for 60 s after \(known) of them")
      }
    }
  }

  func check(_ handler: BenchHandler, written: Int, _ run: inout QueueRun) async throws {
    run.add("", handler.delays())
    run.add(handler.oracle, written: written)
    run.add("left", try await database.rowsLeft())
  }
}
