import JSON
import JobQueue
import Postgres

/// What is known when a turn begins: the person, and where the conversation stands.
struct TurnStart: Sendable {
  let profileIsPending: Bool
  let firstName: String?
  /// The conversation's version; the turn is saved only while it is still this one.
  let version: Int64
  let state: JSON?
  /// Somebody else answers on this thread, or another app leads it: the bot keeps out of it.
  let isSilent: Bool

  /// One round trip for many people, in their order.
  static func load(_ targets: [QueueTarget], from pool: PostgresPool) async throws -> [TurnStart] {
    let rows = try await pool.run(
      Statement(
        "turn.load", "SELECT * FROM martlet.turn_load($1::text[], $2::text[])",
        [.array(targets.map { Optional($0.pageID) }), .array(targets.map { Optional($0.person) })]))
    return try rows.map { row in
      TurnStart(
        profileIsPending: try row.optionalString("profile_state") == "pending",
        firstName: try row.optionalString("first_name"), version: try row.int64("version"),
        state: try row.optionalString("state").flatMap { try? JSON(parsing: $0) },
        isSilent: try row.bool("is_silent"))
    }
  }
}
