internal import Cryptography
package import Postgres

/// Brings the schema `martlet` to this build's version: numbered SQL files, forward only, each in its own transaction.
///
/// Any number of processes may call it at once: one advisory lock lets one work while the others wait. A file that
/// changed after it was applied is refused, because then nobody can say what the schema holds.
package struct Migrations: Sendable {
  struct Migration {
    let number: Int
    let name: String
    let sql: [UInt8]

    var checksum: String { Hex.encode(SHA256.hash(sql)) }
  }

  static let all = [
    Migration(number: 1, name: "queues", sql: PackageResources._001_queues_sql),
    Migration(number: 2, name: "ledgers-and-state", sql: PackageResources._002_ledgers_and_state_sql),
    Migration(number: 3, name: "steps", sql: PackageResources._003_steps_sql),
    Migration(number: 4, name: "outbox", sql: PackageResources._004_outbox_sql),
    Migration(number: 5, name: "operators", sql: PackageResources._005_operators_sql),
    Migration(number: 6, name: "media", sql: PackageResources._006_media_sql),
    Migration(number: 7, name: "api", sql: PackageResources._007_api_sql),
    Migration(number: 8, name: "profile", sql: PackageResources._008_profile_sql),
  ]

  /// The newest version that this build knows; services accept a schema of this version and refuse an older one.
  package static var version: Int { all.last!.number }

  /// Applies what is missing. Returns the names of what was applied.
  package static func run(on connection: PostgresConnection) async throws -> [String] {
    try await connection.run(Statement("migrate.lock", "SELECT pg_advisory_lock(77000, 1)"))
    let applied: [String]
    do {
      applied = try await applyMissing(on: connection)
    } catch {
      _ = try? await connection.run(unlock)
      throw error
    }
    try await connection.run(unlock)
    return applied
  }

  private static let unlock = Statement("migrate.unlock", "SELECT pg_advisory_unlock(77000, 1)")

  private static func applyMissing(on connection: PostgresConnection) async throws -> [String] {
    try await connection.run([
      Statement("migrate.schema", "CREATE SCHEMA IF NOT EXISTS martlet"),
      Statement(
        "migrate.table",
        """
        CREATE TABLE IF NOT EXISTS martlet.schema_version (
          number int PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())
        """),
    ])
    let rows = try await connection.run(
      Statement("migrate.read", "SELECT number, checksum FROM martlet.schema_version ORDER BY number"))
    let known = Dictionary(uniqueKeysWithValues: try rows.map { (try $0.int("number"), try $0.string("checksum")) })
    if let newest = known.keys.max(), newest > version {
      throw MigrationError(code: .newerSchema, migration: "version \(newest)")
    }
    var applied: [String] = []
    for migration in all {
      if let checksum = known[migration.number] {
        guard checksum == migration.checksum else {
          throw MigrationError(code: .changedFile, migration: migration.name)
        }
        continue
      }
      try await apply(migration, on: connection)
      applied.append(migration.name)
    }
    return applied
  }

  private static func apply(_ migration: Migration, on connection: PostgresConnection) async throws {
    let statements = SQLSplitter.statements(in: String(decoding: migration.sql, as: UTF8.self))
    let record = Statement(
      "migrate.record", "INSERT INTO martlet.schema_version (number, name, checksum) VALUES ($1::int, $2, $3)",
      [.int(migration.number), .text(migration.name), .text(migration.checksum)])
    try await connection.withTransaction(isDurable: true) { transaction in
      try await transaction.run(Statement("migrate.lock_timeout", "SET LOCAL lock_timeout = '5s'"))
      for (index, sql) in statements.enumerated() {
        try await transaction.run(Statement("migrate \(migration.name), statement \(index + 1)", sql))
      }
      try await transaction.run(record)
    }
  }
}

/// Why the schema cannot be brought to this build's version.
package struct MigrationError: Error, CustomStringConvertible {
  package enum Code: String, Sendable { case changedFile, newerSchema }

  package let code: Code
  package let migration: String

  package var description: String {
    switch code {
    case .changedFile:
      "migrating: \(migration) was applied in another wording. Restore the file, or start from an empty database."
    case .newerSchema:
      "migrating: the database is at \(migration), newer than this build. Run the build that made it, or a later one."
    }
  }
}
