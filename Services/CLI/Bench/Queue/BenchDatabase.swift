import JobQueue
import Migrations
import Postgres
import SocketLoop

/// The bench's own connection: makes the schema ready, clears up between runs, asks for sizes.
struct BenchDatabase: Sendable {
  let connection: PostgresConnection

  static func open(_ setup: QueueBenchSetup) async throws -> BenchDatabase {
    var configuration = setup.postgres("control")
    configuration.statementTimeout = .seconds(3600)
    let connection = try await PostgresConnection.connect(configuration, on: SocketLoop())
    try await connection.run(Statement("quiet", "SET client_min_messages = warning"))
    _ = try await Migrations.run(on: connection)
    let database = BenchDatabase(connection: connection)
    guard try await database.rowsLeft() == 0 else {
      throw ToolError(
        code: .bench, doing: "measure on this database", cause: "its queue holds jobs", remedy: "name an empty one")
    }
    return database
  }

  @discardableResult
  func run(_ name: String, _ sql: String, _ parameters: [Parameter] = []) async throws -> Rows {
    try await connection.run(Statement(name, sql, parameters))
  }

  /// Every run begins with empty files.
  func clear() async throws {
    try await run(
      "clear",
      "TRUNCATE \(QueueBenchSetup.table), martlet.queue_send, martlet.outbox, martlet.queue_parked, martlet.queue_dead")
    try await run("checkpoint", "CHECKPOINT")
  }

  func rowsLeft() async throws -> Int {
    try await run("left", "SELECT count(*) AS n FROM \(QueueBenchSetup.table)")[0].int("n")
  }

  struct Sizes: Sendable {
    var heap: Int
    var indexes: Int
  }

  /// The queue's table and what lies beside it.
  func sizes() async throws -> Sizes {
    let row = try await run(
      "sizes",
      "SELECT pg_relation_size($1::regclass) AS heap, pg_indexes_size($1::regclass) AS indexes",
      [.text(QueueBenchSetup.table)])[0]
    return Sizes(heap: try row.int("heap"), indexes: try row.int("indexes"))
  }

  /// Bytes of WAL since the server was made.
  func walPosition() async throws -> Int {
    try await run("wal", "SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS n")[0].int("n")
  }

  /// The bytes that one job takes in the heap.
  func bytesPerJob() async throws -> Double {
    let jobs = (0..<100).map { BenchConversation(key: $0).job(number: 50, time: 10_000_000) }
    return try await connection.withTransaction(isDurable: false) { transaction in
      try await transaction.run([QueueStatements.lock(jobs.map(\.target))] + QueueStatements.put(jobs))
      let rows = try await transaction.run(
        Statement("row size", "SELECT avg(pg_column_size(q.*)) AS n FROM \(QueueBenchSetup.table) q"))
      try await transaction.run(Statement("forget", "TRUNCATE \(QueueBenchSetup.table)"))
      return Double(try rows[0].string("n")) ?? 0
    }
  }

  /// Milliseconds of one durable commit of one row on one connection: the disk's flush, in the median.
  func flushTime() async throws -> Double {
    try await run("flush.table", "CREATE TABLE IF NOT EXISTS bench_flush (n int)")
    var times: [Int32] = []
    for number in 0..<300 {
      let start = ContinuousClock.now
      try await connection.run([
        .synchronousCommit(true), Statement("flush", "INSERT INTO bench_flush VALUES ($1::int)", [.int(number)]),
      ])
      times.append(Int32(clamping: Int64(start.duration(to: .now) / .microseconds(1))))
    }
    try await run("flush.drop", "DROP TABLE bench_flush")
    return Percentiles(microseconds: times).at(0.5)
  }
}
