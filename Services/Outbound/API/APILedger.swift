import Access
import JSON
import Messenger
import Postgres
import ServiceKit

/// What the API asks of PostgreSQL about messages: two exchanges for one that is accepted, the second one durable.
struct APILedger: Sendable {
  /// All that a message's acceptance depends on.
  struct Look: Sendable {
    struct Earlier: Sendable {
      let id: String
      let digest: [UInt8]
    }

    /// What was asked under the same idempotency key before.
    let earlier: Earlier?
    let isKnownPage: Bool
    /// Who is meant, and how many fit.
    let person: String?
    let matches: Int
    let window: ContactWindow
    /// The person's own token, where one was asked for and they gave one.
    let token: Recipient?
    /// The database's clock, in milliseconds since 1970.
    let now: Int64
  }

  enum Outcome: Sendable {
    case accepted(String)
    /// The same was asked before, and made this.
    case repeated(String)
  }

  let pool: PostgresPool

  func look(_ new: NewMessage, asked: AskedRequest, by key: APIKey) async throws -> Look {
    let row = try await pool.run(
      Statement(
        "api.look", "SELECT * FROM martlet.api_look($1::uuid, $2, $3, $4, $5, $6, $7::boolean, $8)",
        [
          .text(key.id), .text(asked.idempotencyKey), .text(new.page), .text(new.address.psid),
          .text(new.address.appUser), .text(new.address.customer), .bool(new.grounds.wantsToken),
          .text(new.grounds.topic),
        ]))[0]
    return try Look(row)
  }

  /// - Parameter person: Whose conversation the message stands in.
  func accept(
    _ message: OutgoingMessage, to person: String, _ new: NewMessage, asked: AskedRequest, by key: APIKey
  ) async throws -> Outcome {
    let rows = try await pool.run([
      .synchronousCommit(true),
      Statement(
        "api.send",
        """
        SELECT * FROM martlet.api_send($1::uuid, $2, $3::bytea, $4, $5, $6::jsonb, to_timestamp($7::bigint / 1000.0), $8, $9)
        """,
        [
          .text(key.id), .text(asked.idempotencyKey), .bytes(asked.digest), .text(new.page), .text(person),
          .text(message.json.serialized(replacingNUL: true)), .int(new.due?.milliseconds), .text(new.customerKey),
          .text(TraceContext.current?.traceparent),
        ]),
    ])
    return try Self.outcome(rows[1][0])
  }

  /// The message without its words, as JSON; nil where the key's pages have none with this id.
  func message(_ id: String, for key: APIKey) async throws -> [UInt8]? {
    let row = try await pool.run(
      Statement(
        "api.message", "SELECT martlet.api_message($1::text[], $2::uuid) AS report", [key.pagesParameter, .text(id)]))[
        0]
    return try row.optionalString("report").map { Array($0.utf8) }
  }

  static func outcome(_ row: Row) throws -> Outcome {
    let id = try row.string("id")
    switch try row.string("outcome") {
    case "accepted": return .accepted(id)
    case "repeated": return .repeated(id)
    default: throw Problem.keyReused
    }
  }
}

extension APILedger.Look {
  init(_ row: Row) throws {
    earlier = try row.optionalString("made").map { Earlier(id: $0, digest: try row.bytes("digest")) }
    isKnownPage = try row.bool("is_known_page")
    person = try row.optionalString("person")
    matches = try row.int("matches")
    now = try row.int64("now_ms")
    let token = try row.optionalString("token")
    let isOnce = try row.optionalString("token_kind") == "one_time"
    self.token = token.map { isOnce ? .oneTimeToken($0) : .notificationToken($0) }
    window = ContactWindow(
      lastIn: try row.optionalInt("last_in_ms").map { Int64($0) },
      token: token == nil
        ? nil
        : ContactWindow.Token(
          expiresAt: try row.optionalInt("token_ends_ms").map { Int64($0) },
          isUsed: isOnce ? try row.bool("token_used") : false, isStopped: try row.bool("token_stopped")))
  }
}
