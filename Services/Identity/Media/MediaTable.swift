import Postgres

/// The rows of `media` that wait to be fetched.
struct MediaTable: Sendable {
  /// An attachment in hand.
  struct Item: Sendable {
    let page: String
    let mid: String
    let position: Int
    let type: String
    let url: String?
    /// Which attempt this is, from 1; also what tells it from a later one.
    let attempt: Int
    let limit: Int
  }

  struct Kept: Sendable {
    let size: Int
    let sha256: [UInt8]
    let type: String
    let place: String
  }

  /// An attachment that has been kept long enough.
  struct Old: Sendable {
    let page: String
    let mid: String
    let position: Int
    let place: String
  }

  let pool: PostgresPool

  /// - Parameter patience: When somebody else may take it, if nothing more is heard.
  func take(patience: Duration) async throws -> Item? {
    let rows = try await pool.run(
      Statement("media.take", "SELECT * FROM martlet.media_take($1::interval)", [.interval(patience)]))
    return try rows.first.map { row in
      Item(
        page: try row.string("page_id"), mid: try row.string("mid"), position: try row.int("position"),
        type: try row.string("type"), url: try row.optionalString("url"), attempt: try row.int("attempts"),
        limit: try row.int("max_bytes"))
    }
  }

  func keep(_ item: Item, _ kept: Kept) async throws {
    try await settle(item, "kept", nil, kept)
  }

  /// - Parameter state: `refused` or `expired`.
  func end(_ item: Item, _ state: String, _ reason: String?) async throws {
    try await settle(item, state, reason, nil)
  }

  func later(_ item: Item, after pause: Duration, _ reason: String) async throws {
    try await pool.run(
      Statement(
        "media.later", "SELECT martlet.media_later($1, $2, $3::smallint, $4::smallint, $5::interval, $6)",
        [
          .text(item.page), .text(item.mid), .int(item.position), .int(item.attempt), .interval(pause), .text(reason),
        ]))
  }

  /// Returns how many links have run out.
  func expire() async throws -> Int {
    try await pool.run(Statement("media.expire", "SELECT martlet.media_expire() AS n"))[0].int("n")
  }

  /// Removes the rows older than `age` of which nothing is kept, a thousand at a time, and returns their number; beside
  /// it some of the rows whose files must go first.
  func over(_ age: Duration) async throws -> (ended: Int, kept: [Old]) {
    let rows = try await pool.run(
      Statement("media.over", "SELECT * FROM martlet.media_over($1::interval)", [.interval(age)]))
    let kept = try rows.compactMap { row -> Old? in
      guard let place = try row.optionalString("place") else { return nil }
      return Old(
        page: try row.string("page_id"), mid: try row.string("mid"), position: try row.int("position"), place: place)
    }
    return (rows.count - kept.count, kept)
  }

  /// Its file is gone.
  func forget(_ old: Old) async throws {
    try await pool.run(
      Statement(
        "media.forget", "DELETE FROM martlet.media WHERE page_id = $1 AND mid = $2 AND position = $3::smallint",
        [.text(old.page), .text(old.mid), .int(old.position)]))
  }

  private func settle(_ item: Item, _ state: String, _ reason: String?, _ kept: Kept?) async throws {
    try await pool.run(
      Statement(
        "media.settle",
        """
        SELECT martlet.media_settle($1, $2, $3::smallint, $4::smallint, $5, $6, $7::bigint, $8::bytea, $9, $10)
        """,
        [
          .text(item.page), .text(item.mid), .int(item.position), .int(item.attempt), .text(state), .text(reason),
          .int(kept?.size), kept.map { .bytes($0.sha256) } ?? .null, .text(kept?.type), .text(kept?.place),
        ]))
  }
}
