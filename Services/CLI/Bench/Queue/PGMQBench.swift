import FoundationEssentials
import Migrations
import Postgres
import SocketLoop
import Synchronization

/// The same stream through pgmq's plain SQL, as a measure: `send_batch`, `read(q, 30, batch)`, `delete`, over as many
/// connections and with the same `synchronous_commit`. It keeps no order.
struct PGMQBench: Sendable {
  let setup: QueueBenchSetup
  let database: BenchDatabase
  /// `pgmq.sql` of its release.
  let file: String

  private final class Progress: Sendable {
    let written = Atomic(0)
    let deleted = Atomic(0)

    var backlog: Int { written.load(ordering: .relaxed) - deleted.load(ordering: .relaxed) }
  }

  func install() async throws {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
      throw ToolError(code: .files, doing: "read pgmq's SQL", cause: "\(file) cannot be read")
    }
    for (index, sql) in SQLSplitter.statements(in: text).enumerated() {
      try await database.run("pgmq, statement \(index + 1)", sql)
    }
  }

  func run() async throws -> CeilingBench.Rate {
    try await database.run("pgmq.create", "SELECT pgmq.create('bench')")
    try await database.run("checkpoint", "CHECKPOINT")
    let progress = Progress()
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for index in 0..<setup.producers { tasks.addTask { try await send(index, progress) } }
      for _ in 0..<setup.workers * QueueBenchSetup.connectionsPerWorker {
        tasks.addTask { try await work(progress) }
      }
      try await tasks.waitForAll()
    }
    let rate = CeilingBench.Rate(jobs: progress.deleted.load(ordering: .relaxed), time: start.duration(to: .now))
    try await database.run("pgmq.drop", "SELECT pgmq.drop_queue('bench')")
    return rate
  }

  private func send(_ index: Int, _ progress: Progress) async throws {
    let connection = try await connect()
    let conversations = stride(from: index, to: setup.keys, by: setup.producers).map { BenchConversation(key: $0) }
    var next = 0
    while next < setup.jobs / setup.producers {
      // The same brake as the queue's producers have.
      while progress.backlog > setup.backlog { try await Task.sleep(for: .milliseconds(1)) }
      let batch = (next..<next + setup.batch).map { number in
        Optional(conversations[number % conversations.count].payload(number: number / conversations.count, time: 0))
      }
      try await connection.run(
        Statement("pgmq.send", "SELECT count(*) FROM pgmq.send_batch('bench', $1::jsonb[])", [.array(batch)]))
      next += batch.count
      progress.written.add(batch.count, ordering: .relaxed)
    }
    await connection.close()
  }

  private func work(_ progress: Progress) async throws {
    let connection = try await connect()
    while progress.deleted.load(ordering: .relaxed) < setup.jobs / setup.producers * setup.producers {
      let ids = try await connection.run(
        Statement(
          "pgmq.read", "SELECT msg_id, message FROM pgmq.read('bench', 30, $1::int)", [.int(setup.batch)])
      ).map { try $0.int64("msg_id") }
      // Plain pgmq is polled.
      guard !ids.isEmpty else {
        try await Task.sleep(for: .milliseconds(1))
        continue
      }
      let rows = try await connection.run(
        Statement("pgmq.delete", "SELECT * FROM pgmq.delete('bench', $1::bigint[])", [.array(ids)]))
      progress.deleted.add(rows.count, ordering: .relaxed)
    }
    await connection.close()
  }

  private func connect() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(setup.postgres("pgmq"), on: SocketLoop())
    try await connection.run(
      Statement("pgmq.sync", "SET synchronous_commit = \(setup.isDurable ? "on" : "off")"))
    return connection
  }
}
