import Access
import JSON
import Messenger
import Postgres

/// What the API asks of PostgreSQL about broadcasts.
struct BroadcastLedger: Sendable {
  enum Wish: String, Sendable, CaseIterable {
    case pause, resume, cancel

    /// The state that it asks for.
    var state: String {
      switch self {
      case .pause: "paused"
      case .resume: "running"
      case .cancel: "cancelled"
      }
    }
  }

  let pool: PostgresPool

  /// - Parameter message: Its recipient is anybody: each person's own takes its place.
  func accept(
    _ message: OutgoingMessage, _ new: NewBroadcast, asked: AskedRequest, by key: APIKey
  ) async throws -> APILedger.Outcome {
    var people: [Address] = []
    var filter: JSON?
    switch new.audience {
    case .people(let list): people = list
    case .filter(let by): filter = by.json
    }
    let rows = try await pool.run([
      .synchronousCommit(true),
      Statement(
        "api.broadcast",
        """
        SELECT * FROM martlet.api_broadcast($1::uuid, $2, $3::bytea, $4, $5, $6::jsonb, $7::int,
          to_timestamp($8::bigint / 1000.0), $9::text[], $10::text[], $11::text[], $12::jsonb)
        """,
        [
          .text(key.id), .text(asked.idempotencyKey), .bytes(asked.digest), .text(new.page), .text(new.name),
          .text(message.json.serialized(replacingNUL: true)), .int(new.rate), .int(new.due?.milliseconds),
          .texts(people.map(\.psid)), .texts(people.map(\.appUser)), .texts(people.map(\.customer)),
          .text(filter?.serialized(replacingNUL: true)),
        ]),
    ])
    guard try rows[1][0].bool("is_known_page") else { throw Problem.unknownPage }
    return try APILedger.outcome(rows[1][0])
  }

  /// How far it has come, as JSON; nil where the key's pages have none with this id.
  func report(_ id: String, for key: APIKey) async throws -> [UInt8]? {
    let row = try await pool.run(
      Statement(
        "broadcast.report", "SELECT martlet.broadcast_report($1::text[], $2::uuid) AS report",
        [key.pagesParameter, .text(id)]))[0]
    return try row.optionalString("report").map { Array($0.utf8) }
  }

  /// - Throws: `Problem` where there is none, or it has ended otherwise. What is so already stays so.
  func set(_ id: String, _ wish: Wish, for key: APIKey) async throws {
    let rows = try await pool.run([
      .synchronousCommit(true),
      Statement(
        "broadcast.set", "SELECT martlet.broadcast_set($1::text[], $2::uuid, $3)::text AS did",
        [key.pagesParameter, .text(id), .text(wish.state)]),
    ])
    guard let did = try rows[1][0].optionalString("did") else { throw Problem.noBroadcast }
    guard did == "true" else {
      throw Problem(
        .ended, "The broadcast is finished or cancelled: there is nothing to \(wish.rawValue)",
        remedy: "Start a new one with POST /v1/broadcasts.")
    }
  }
}
