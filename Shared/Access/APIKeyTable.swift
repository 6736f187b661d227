internal import JSON
package import Postgres

/// The table of keys: checked by services, changed by operators.
package enum APIKeyTable {
  /// One key as operators see it.
  package struct Entry: Sendable {
    package let key: APIKey
    package let createdAt: String
    package let createdBy: String
    /// To the minute; nil for never.
    package let usedAt: String?
    package let revokedAt: String?
    package let revokedBy: String?
  }

  /// The key that has this secret; nil for none, and for one that was revoked.
  package static func check(_ secret: APIKeySecret, in pool: PostgresPool) async throws -> APIKey? {
    try await pool.run(
      Statement("key.check", "SELECT * FROM martlet.api_key_check($1::bytea)", [.bytes(secret.digest)])
    ).first.map { try key($0) }
  }

  /// Makes a key. Its secret is in the answer and nowhere else.
  ///
  /// - Parameter pages: Nil is every page.
  package static func create(
    name: String, rights: Set<APIRight>, pages: Set<String>?, by operatorName: String, on connection: PostgresConnection
  ) async throws -> (key: APIKey, secret: APIKeySecret) {
    let secret = APIKeySecret.random()
    let row = try await connection.run(
      Statement(
        "key.create",
        """
        INSERT INTO martlet.api_key (name, digest, rights, pages, created_by)
        VALUES ($1, $2::bytea, $3::text[], $4::text[], $5) RETURNING id
        """,
        [
          .text(name), .bytes(secret.digest), .array(rights.map { Optional($0.rawValue) }.sorted { $0! < $1! }),
          pages.map { .array($0.sorted().map { Optional($0) }) } ?? .null, .text(operatorName),
        ]))[0]
    return (APIKey(id: try row.string("id"), name: name, rights: rights, pages: pages), secret)
  }

  /// Every key, the newest first, revoked ones too.
  package static func list(on connection: PostgresConnection) async throws -> [Entry] {
    try await connection.run(
      Statement("key.list", "\(selection) FROM martlet.api_key k ORDER BY k.created_at DESC, k.id")
    ).map { try entry($0) }
  }

  /// From now on nobody gets in with it. Nil where there is none with this id; one that was revoked before stays so.
  package static func revoke(
    id: String, by operatorName: String, on connection: PostgresConnection
  ) async throws -> Entry? {
    try await connection.run(
      Statement(
        "key.revoke",
        """
        WITH ended AS (
          UPDATE martlet.api_key SET revoked_at = COALESCE(revoked_at, clock_timestamp()),
            revoked_by = COALESCE(revoked_by, $2)
          WHERE id::text = $1 RETURNING *)
        \(selection) FROM ended k
        """, [.text(id), .text(operatorName)])
    ).first.map { try entry($0) }
  }

  private static let selection = """
    SELECT k.id, k.name, to_json(k.rights)::text AS rights, to_json(k.pages)::text AS pages, k.created_by, k.revoked_by,
      \(minute("created_at")), \(minute("used_at")), \(minute("revoked_at"))
    """

  private static func minute(_ column: String) -> String {
    "to_char(k.\(column) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS \(column)"
  }

  private static func entry(_ row: Row) throws -> Entry {
    Entry(
      key: try key(row), createdAt: try row.string("created_at"), createdBy: try row.string("created_by"),
      usedAt: try row.optionalString("used_at"), revokedAt: try row.optionalString("revoked_at"),
      revokedBy: try row.optionalString("revoked_by"))
  }

  private static func key(_ row: Row) throws -> APIKey {
    func texts(_ column: String) throws -> Set<String>? {
      try row.optionalString(column).flatMap { try JSON(parsing: $0).array }.map { Set($0.compactMap(\.string)) }
    }
    let rights = try texts("rights") ?? []
    return APIKey(
      id: try row.string("id"), name: try row.string("name"), rights: Set(rights.compactMap { APIRight(rawValue: $0) }),
      pages: try texts("pages"))
  }
}
