import JSON
import JobQueue
import Logging
import Messenger
import Metrics
import Postgres

/// Stores what a webhook brought: ledger, jobs and contacts in one durable transaction, shared by all requests that
/// arrived while the last one was committed.
struct EventIntake: Sendable {
  /// Rows of one transaction, unless one request alone has more: what PostgreSQL takes in some tenths of a second.
  private static let batchLimit = 4096

  private let commits: GroupCommit<[EventRow], Int>
  private let rules: ContactRules

  /// - Parameters:
  ///   - line: Requests that may wait for their commit.
  ///   - patience: How long one commit may take before further requests are refused at once; nil: for ever.
  init(pool: PostgresPool, rules: ContactRules, line: Int = .max, patience: Duration? = nil, logger: Logger) {
    self.rules = rules
    let writer = EventWriter(pool: pool, takeover: rules.takeover, logger: logger)
    commits = GroupCommit(
      limit: Self.batchLimit, bounds: .init(length: line, patience: patience), weight: \.count
    ) { requests in try await writer.store(requests) }
  }

  /// Returns how many of the events were new. When it returns, they are on disk. When it throws, they may be all the
  /// same: a second delivery does no harm.
  func store(
    _ events: [WebhookEvent], app: String, trace: String?, before deadline: ContinuousClock.Instant? = nil
  ) async throws -> Int {
    guard !events.isEmpty else { return 0 }
    return try await commits.submit(
      events.map { EventRow($0, app: app, trace: trace, rules: rules) }, before: deadline)
  }
}

/// The transaction of an intake.
private struct EventWriter: Sendable {
  let pool: PostgresPool
  let takeover: Duration
  let logger: Logger

  func store(_ requests: [[EventRow]]) async throws -> [Int] {
    do {
      let count = try await store(requests.flatMap { $0 })
      // Which request brought what was new matters to nobody; that all are stored does.
      return [count] + Array(repeating: 0, count: requests.count - 1)
    } catch let error as PostgresError where !error.isUnavailable {
      guard requests.count == 1 else { return try await oneByOne(requests) }
      // The same event came as another person's in the same moment: by now its row is seen.
      if error.sqlState == "23505" { return [try await store(requests[0])] }
      guard error.sqlState?.hasPrefix("22") == true else { throw error }
      // PostgreSQL's jsonb cannot hold every JSON (numbers beyond its range): kept as text then, not lost.
      return [try await store(requests[0].map(\.asText))]
    }
  }

  private func oneByOne(_ requests: [[EventRow]]) async throws -> [Int] {
    var counts: [Int] = []
    for request in requests { counts += try await store([request]) }
    return counts
  }

  private func store(_ rows: [EventRow]) async throws -> Int {
    Recorder(label: "martlet_batch_size", dimensions: [("batch", "ingest")]).record(rows.count)
    for (kind, rows) in Dictionary(grouping: rows, by: \.kindLabel) {
      Counter(label: "martlet_webhook_events_total", dimensions: [("kind", kind)]).increment(by: rows.count)
    }
    let locked = Set(rows.lazy.flatMap(\.locked))
    let woken = Set(rows.lazy.compactMap(\.woken))
    let links = rows.flatMap(\.links)
    let result = try await pool.withConnection { connection in
      try await connection.run(
        [.synchronousCommit(true), QueueStatements.lock(locked), EventRow.ingest(rows, takeover: takeover)]
          + (links.isEmpty ? [] : [MediaLink.note(links)]),
        followUp: woken.isEmpty ? [] : QueueStatements.notify(woken))
    }[2][0]
    if let pages = try result.optionalString("taken_over") { tell(ofTakeoversOn: pages) }
    return try result.int("accepted")
  }

  /// - Parameter pages: One for each thread, between commas.
  private func tell(ofTakeoversOn pages: String) {
    for page in pages.split(separator: ",") {
      Counter(label: "martlet_takeovers_total").increment()
      logger.notice(
        "the bot pauses on a thread: somebody else answered",
        metadata: ["page.id": "\(page)", "pause.seconds": "\(takeover / .seconds(1))"])
    }
  }
}
