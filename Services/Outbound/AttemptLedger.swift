import Cryptography
import JobQueue
import Metrics
import Postgres

/// Writes an attempt, durably, before each call: many conversations share one commit.
struct AttemptLedger: Sendable {
  /// What the ledger says of a message that is about to be sent.
  enum Answer: Sendable {
    /// The attempt is on disk: call now.
    case started(attempt: String)
    /// The lane is another worker's by now, or the job is gone.
    case lost
    /// There is an earlier attempt: its message's state, and its age.
    case earlier(attempt: String, state: String, age: Duration)
  }

  struct Request: Sendable {
    let job: Job
    let messageID: String
    let attemptID: String
    let resends: String?
  }

  private let commits: GroupCommit<Request, Answer>

  init(worker: String, pool: PostgresPool) {
    commits = GroupCommit(limit: 64) { requests in
      Recorder(label: "martlet_batch_size", dimensions: [("batch", "attempts")]).record(requests.count)
      let rows = try await pool.run([.synchronousCommit(true), Self.statement(requests, worker)])[1]
      return try zip(requests, rows).map { try Self.answer($1, to: $0) }
    }
  }

  /// - Parameter resends: The earlier attempt whose outcome stayed open, where the page's rule says to send again.
  func start(_ job: Job, message: String, resends: String? = nil) async throws -> Answer {
    let request = Request(job: job, messageID: message, attemptID: randomID(), resends: resends)
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
    switch try row.string("state") {
    case "started": return .started(attempt: request.attemptID)
    case "lost": return .lost
    case let state:
      let attempt = try row.string("attempt_id")
      if attempt == request.attemptID && state == "sending" { return .started(attempt: attempt) }
      return .earlier(attempt: attempt, state: state, age: .milliseconds(try row.int("age_ms")))
    }
  }

  private static func statement(_ requests: [Request], _ worker: String) -> Statement {
    Statement(
      "send.attempts",
      """
      SELECT * FROM martlet.send_attempts($1::uuid, $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
        $7::uuid[], $8::uuid[], $9::uuid[], $10::text[])
      """,
      [
        .text(worker), .array(requests.map(\.job.row)), .array(requests.map(\.job.epoch)),
        .array(requests.map(\.job.id)),
        .array(requests.map { Optional($0.job.pageID) }), .array(requests.map { Optional($0.job.person) }),
        .array(requests.map { Optional($0.messageID) }), .array(requests.map { Optional($0.attemptID) }),
        .array(requests.map(\.resends)), .array(requests.map(\.job.trace)),
      ])
  }
}
