import Cryptography
import JobQueue
import Metrics
import Postgres

/// Writes an attempt, durably, before each call: many conversations share one commit. What must not be sent now is not
/// begun: the person's window is looked at in the same statement, by the database's clock.
struct AttemptLedger: Sendable {
  /// What the ledger says of a message that is about to be sent.
  enum Answer: Sendable {
    /// The attempt is on disk: call now. `tries` counts it.
    case started(attempt: String, tries: Int)
    /// The lane is another worker's by now, or the job is gone.
    case lost
    /// There is an earlier attempt: its message's state, and its age.
    case earlier(attempt: String, state: String, age: Duration)
    /// It must not go now. `lastIn` is when the person last opened the window, `now` the database's time: milliseconds
    /// since 1970.
    case barred(SendBar, lastIn: Int64?, now: Int64)
  }

  struct Request: Sendable {
    let job: Job
    let messageID: String
    let attemptID: String
    let resends: String?
    let terms: SendTerms
  }

  private let commits: GroupCommit<Request, Answer>

  /// - Parameter takeover: How long the bot is silent after a person has written through us.
  init(worker: String, takeover: Duration, pool: PostgresPool) {
    commits = GroupCommit(limit: 64) { requests in
      Recorder(label: "martlet_batch_size", dimensions: [("batch", "attempts")]).record(requests.count)
      let rows = try await pool.run([.synchronousCommit(true), Self.statement(requests, worker, takeover)])[1]
      return try zip(requests, rows).map { try Self.answer($1, to: $0) }
    }
  }

  /// - Parameter resends: The earlier attempt whose outcome stayed open, where the page's rule says to send again.
  func start(_ job: Job, message: String, terms: SendTerms, resends: String? = nil) async throws -> Answer {
    let request = Request(job: job, messageID: message, attemptID: randomID(), resends: resends, terms: terms)
    while true {
      do {
        return try await commits.submit(request)
      } catch let error as PostgresError where error.isUnavailable && job.mayAct && !Task.isCancelled {
        // Whether it was stored is open, and asking again tells: the same attempt comes back as ours.
        try await Task.sleep(for: .milliseconds(200))
      }
    }
  }

  private static func answer(_ row: Row, to request: Request) throws -> Answer {
    let tries = try row.int("attempts")
    switch try row.string("state") {
    case "started": return .started(attempt: request.attemptID, tries: tries)
    case "lost": return .lost
    case let state:
      if let bar = SendBar(rawValue: state) {
        return .barred(bar, lastIn: try row.optionalInt("last_in_ms").map(Int64.init), now: try row.int64("now_ms"))
      }
      let attempt = try row.optionalString("attempt_id") ?? ""
      if attempt == request.attemptID && state == "sending" { return .started(attempt: attempt, tries: tries) }
      return .earlier(attempt: attempt, state: state, age: .milliseconds(try row.int("age_ms")))
    }
  }

  private static func statement(_ requests: [Request], _ worker: String, _ takeover: Duration) -> Statement {
    Statement(
      "send.attempts",
      """
      SELECT * FROM martlet.send_attempts($1::uuid, $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
        $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::boolean[],
        $15::boolean[], $16::interval)
      """,
      [
        .text(worker), .array(requests.map(\.job.row)), .array(requests.map(\.job.epoch)),
        .array(requests.map(\.job.id)), .texts(requests.map(\.job.pageID)), .texts(requests.map(\.job.person)),
        .array(requests.map { Optional($0.messageID) }), .array(requests.map { Optional($0.attemptID) }),
        .array(requests.map(\.resends)), .texts(requests.map(\.job.trace)), .texts(requests.map(\.terms.grounds)),
        .array(requests.map { $0.terms.window.map { "\(Int64($0 / .milliseconds(1)))" } }),
        .texts(requests.map(\.terms.token)), .array(requests.map { Optional($0.terms.yields ? "t" : "f") }),
        .array(requests.map { Optional($0.terms.isHuman ? "t" : "f") }), .interval(takeover),
      ])
  }
}
