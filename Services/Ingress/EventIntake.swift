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

  private let commits: GroupCommit<EventBatch, Int>
  private let rules: ContactRules

  /// - Parameters:
  ///   - line: Requests that may wait for their commit.
  ///   - patience: How long one commit may take before further requests are refused at once; nil: for ever.
  init(pool: PostgresPool, rules: ContactRules, line: Int = .max, patience: Duration? = nil, logger: Logger) {
    self.rules = rules
    let writer = EventWriter(pool: pool, takeover: rules.takeover, logger: logger)
    commits = GroupCommit(
      limit: Self.batchLimit, bounds: .init(length: line, patience: patience), weight: \.rows.count
    ) { requests in try await writer.store(requests) }
  }

  /// Returns how many of the events were new. When it returns, they are on disk. When it throws, they may be all the
  /// same: a second delivery does no harm.
  func store(
    _ events: [WebhookEvent], app: String, trace: String?, before deadline: ContinuousClock.Instant? = nil
  ) async throws -> Int {
    guard !events.isEmpty else { return 0 }
    return try await commits.submit(EventBatch(events, app: app, trace: trace, rules: rules), before: deadline)
  }
}

/// The transaction of an intake.
private struct EventWriter: Sendable {
  let pool: PostgresPool
  let takeover: Duration
  let logger: Logger

  func store(_ requests: [EventBatch]) async throws -> [Int] {
    do {
      let count = try await commit(requests)
      // Which request brought what was new matters to nobody; that all are stored does.
      return [count] + Array(repeating: 0, count: requests.count - 1)
    } catch let error as PostgresError where !error.isUnavailable {
      guard requests.count == 1 else { return try await oneByOne(requests) }
      // The same event came as another person's in the same moment: by now its row is seen.
      if error.sqlState == "23505" { return [try await commit(requests)] }
      guard error.sqlState?.hasPrefix("22") == true else { throw error }
      // PostgreSQL's jsonb cannot hold every JSON (numbers beyond its range): kept as text then, not lost.
      return [try await commit([requests[0].asText])]
    }
  }

  private func oneByOne(_ requests: [EventBatch]) async throws -> [Int] {
    var counts: [Int] = []
    for request in requests { counts += try await store([request]) }
    return counts
  }

  private func commit(_ batches: [EventBatch]) async throws -> Int {
    count(batches)
    let locked = SharedTargets(batches.map(\.locked)).targets
    let woken = SharedTargets(batches.map(\.woken)).targets
    let links = batches.flatMap(\.links)
    let ingest = EventColumns(joining: batches.map(\.columns)).ingest(takeover: takeover)
    // All of it made before the connection is asked for: nothing but PostgreSQL takes time while it is lent.
    let statements =
      [.synchronousCommit(true), QueueStatements.lock(locked), ingest] + (links.isEmpty ? [] : [MediaLink.note(links)])
    let followUp = woken.isEmpty ? [] : QueueStatements.notify(woken)
    let result = try await pool.withConnection { try await $0.run(statements, followUp: followUp) }[2][0]
    if let pages = try result.optionalString("taken_over") { tell(ofTakeoversOn: pages) }
    return try result.int("accepted")
  }

  private func count(_ batches: [EventBatch]) {
    Recorder(label: "martlet_batch_size", dimensions: [("batch", "ingest")])
      .record(batches.reduce(0) { $0 + $1.rows.count })
    let kinds = batches.reduce(into: [:]) { $0.merge($1.kinds, uniquingKeysWith: +) }
    for (kind, count) in kinds {
      Counter(label: "martlet_webhook_events_total", dimensions: [("kind", kind)]).increment(by: count)
    }
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
