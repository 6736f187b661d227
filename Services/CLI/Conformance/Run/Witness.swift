import HTTPClient
import JSON
import Postgres

/// Somebody who can look into a receiver's store: over HTTP alone nobody sees whether what was answered 200 is kept,
/// once and all of it.
protocol ConformanceWitness: Sendable {
  /// How many events the receiver holds whose page id begins with the prefix, and unreadable bodies that contain it.
  func events(prefix: String) async throws -> Int
}

/// A receiver that tells by itself: `GET <url>?prefix=<digits>` answers `{"events": <number>}`.
struct HTTPWitness: ConformanceWitness {
  let url: String
  let client: HTTPClient

  func events(prefix: String) async throws -> Int {
    let mark = url.contains("?") ? "&" : "?"
    let response = try await client.send(HTTPClientRequest(url: "\(url)\(mark)prefix=\(prefix)"))
    guard response.status == 200, let count = (try? JSON(parsing: response.body))?["events"]?.int else {
      throw ToolError(
        code: .unhealthy, doing: "ask the witness", cause: "it answered \(response.status), not {\"events\": …}",
        remedy: "see \"Witness\" in docs/conformance.md")
    }
    return count
  }
}

/// Martlet's own event ledger.
struct LedgerWitness: ConformanceWitness {
  let connection: PostgresConnection

  func events(prefix: String) async throws -> Int {
    // A body that could not be read has no page; it is kept as base64.
    let rows = try await connection.run(
      Statement(
        "conformance.witness",
        """
        SELECT count(*) AS n FROM martlet.event e
        WHERE e.day >= (now() AT TIME ZONE 'UTC')::date - 1
          AND (e.page_id LIKE $1 || '%' OR (e.kind = 'unreadable'
            AND position(convert_to($1, 'UTF8') IN decode(e.body ->> 'base64', 'base64')) > 0))
        """, [.text(prefix)]))
    return try rows[0].int("n")
  }
}
