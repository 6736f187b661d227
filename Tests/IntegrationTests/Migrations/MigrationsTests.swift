import Postgres
import TestKit
import Testing

@testable import Migrations

@Suite("Migrating the schema")
struct MigrationsTests {
  /// A database of a test with the schema taken out again.
  private func withEmptyDatabase(_ body: @Sendable (TestDatabase) async throws -> Void) async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(Statement("drop", "DROP SCHEMA martlet CASCADE"))
      try await body(database)
    }
  }

  private func applied(_ database: TestDatabase) async throws -> [String] {
    try await database.pool.run(Statement("read", "SELECT name FROM martlet.schema_version ORDER BY number"))
      .map { try $0.string("name") }
  }

  @Test("applies every file once, in order, however often it is called")
  func twice() async throws {
    try await withEmptyDatabase { database in
      let connection = try await database.connect()
      let names = Migrations.all.map(\.name)
      #expect(try await Migrations.run(on: connection) == names)
      #expect(try await Migrations.run(on: connection).isEmpty)
      #expect(try await applied(database) == names)
      await connection.close()
    }
  }

  @Test("many at once apply it once, and all of them succeed")
  func atOnce() async throws {
    try await withEmptyDatabase { database in
      let done = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 {
          group.addTask {
            let connection = try await database.connect()
            let names = try await Migrations.run(on: connection)
            await connection.close()
            return names
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(done.filter { !$0.isEmpty } == [Migrations.all.map(\.name)])
      #expect(done.count == 4)
    }
  }

  @Test("refuses a file that changed after it was applied, and lets the next one try")
  func changed() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.run(
        Statement("change", "UPDATE martlet.schema_version SET checksum = 'another' WHERE number = 2"))
      for _ in 0..<2 {
        await #expect {
          _ = try await Migrations.run(on: connection)
        } throws: { error in
          guard let error = error as? MigrationError else { return false }
          return error.code == .changedFile && error.migration == Migrations.all[1].name
        }
      }
      // The lock is free again, for others too.
      let free = try await database.pool.run(Statement("lock", "SELECT pg_try_advisory_xact_lock(77000, 1) AS free"))
      #expect(try free[0].bool("free"))
      await connection.close()
    }
  }

  @Test("refuses a database that is newer than this build")
  func newer() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await connection.run(
        Statement(
          "newer", "INSERT INTO martlet.schema_version (number, name, checksum) VALUES ($1::int, 'later', 'x')",
          [.int(Migrations.version + 1)]))
      await #expect {
        _ = try await Migrations.run(on: connection)
      } throws: {
        ($0 as? MigrationError)?.code == .newerSchema
      }
      await connection.close()
    }
  }

  @Test("a file that fails half-way leaves nothing of itself")
  func atomic() async throws {
    try await withEmptyDatabase { database in
      let connection = try await database.connect()
      // Stands in the way of the second file's first table.
      try await connection.run([
        Statement("schema", "CREATE SCHEMA martlet"), Statement("obstacle", "CREATE TABLE martlet.message (n int)"),
      ])
      await #expect(throws: PostgresError.self) { _ = try await Migrations.run(on: connection) }
      #expect(try await applied(database) == [Migrations.all[0].name])
      let rows = try await connection.run(
        Statement("read", "SELECT to_regclass('martlet.event') IS NULL AS is_gone"))
      #expect(try rows[0].bool("is_gone"))
      try await connection.run(Statement("clear", "DROP TABLE martlet.message"))
      #expect(try await Migrations.run(on: connection) == Migrations.all.dropFirst().map(\.name))
      await connection.close()
    }
  }
}
