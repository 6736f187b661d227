import JSON
import JobQueue
import Messenger
import Metrics
import Postgres

/// Stores what a webhook brought: ledger, jobs and contacts in one durable transaction, shared by all requests that
/// arrived while the last one was committed.
struct EventIntake: Sendable {
  private let commits: GroupCommit<[EventRow], Int>

  init(pool: PostgresPool) {
    commits = GroupCommit(limit: 128) { requests in try await Self.store(requests, in: pool) }
  }

  /// Returns how many of the events were new. When it returns, they are on disk.
  func store(_ events: [WebhookEvent], app: String, trace: String?) async throws -> Int {
    guard !events.isEmpty else { return 0 }
    return try await commits.submit(events.map { EventRow($0, app: app, trace: trace) })
  }

  private static func store(_ requests: [[EventRow]], in pool: PostgresPool) async throws -> [Int] {
    do {
      let count = try await store(requests.flatMap { $0 }, in: pool)
      // Which request brought what was new matters to nobody; that all are stored does.
      return [count] + Array(repeating: 0, count: requests.count - 1)
    } catch let error as PostgresError where !error.isUnavailable {
      guard requests.count == 1 else { return try await oneByOne(requests, in: pool) }
      guard error.sqlState?.hasPrefix("22") == true else { throw error }
      // PostgreSQL's jsonb cannot hold every JSON (numbers beyond its range): kept as text then, not lost.
      return [try await store(requests[0].map(\.asText), in: pool)]
    }
  }

  private static func oneByOne(_ requests: [[EventRow]], in pool: PostgresPool) async throws -> [Int] {
    var counts: [Int] = []
    for request in requests { counts += try await store([request], in: pool) }
    return counts
  }

  private static func store(_ rows: [EventRow], in pool: PostgresPool) async throws -> Int {
    Recorder(label: "martlet_batch_size", dimensions: [("batch", "ingest")]).record(rows.count)
    for (kind, rows) in Dictionary(grouping: rows, by: \.kindLabel) {
      Counter(label: "martlet_webhook_events_total", dimensions: [("kind", kind)]).increment(by: rows.count)
    }
    let targets = Set(rows.flatMap(\.targets))
    return try await pool.withConnection { connection in
      let results = try await connection.run(
        [.synchronousCommit(true), QueueStatements.lock(targets), EventRow.ingest(rows)],
        followUp: QueueStatements.notify(targets.filter { $0.queue != .identify }))
      return try results[2][0].int("new")
    }
  }
}
