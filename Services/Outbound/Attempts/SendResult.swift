import GraphAPI
import JobQueue
import Postgres

/// What came of one attempt, as it goes into the ledger.
struct SendResult: Sendable {
  enum State: String, Sendable {
    case sent, refused, unknown
    /// Nothing reached the person, and it will be tried again.
    case waiting
  }

  let pageID: String
  let messageID: String
  let attemptID: String
  let state: State
  let mid: String?
  let error: GraphError?

  /// Stores outcomes. Only the latest attempt of a message may set its state.
  static func statement(_ results: [SendResult]) -> Statement {
    Statement(
      "send.outcomes",
      """
      SELECT martlet.send_outcomes($1::text[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::int[],
        $8::text[], $9::text[], $10::text[])
      """,
      [
        .array(results.map { Optional($0.pageID) }), .array(results.map { Optional($0.messageID) }),
        .array(results.map { Optional($0.attemptID) }), .array(results.map { Optional($0.state.rawValue) }),
        .array(results.map(\.mid)), .array(results.map { $0.error?.code.map { String($0) } }),
        .array(results.map { $0.error?.subcode.map { String($0) } }), .array(results.map(\.error?.fbtraceID)),
        .texts(results.map { $0.error.map { "\($0)" } }), .texts(results.map(\.error?.remedy)),
      ])
  }
}
