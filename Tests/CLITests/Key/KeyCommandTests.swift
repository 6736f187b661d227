import Access
import ChildProcesses
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("`martlet key` from end to end")
struct KeyCommandTests {
  private func run(_ database: TestDatabase, _ arguments: String...) async throws -> [String] {
    try await ChildProcess.run(
      ChildCommand(
        Surroundings.executables + "/martlet", ["key"] + arguments,
        environment: ["MARTLET_DATABASE_URL": database.url]))
  }

  @Test("makes a key that opens, shows it once and keeps its hash alone, and revokes it for good")
  func all() async throws {
    try await TestDatabase.with { database in
      let made = try await run(
        database, "create", "--name", "vehicle server", "--right", "send", "--right", "read", "--page", "1")
      let text = try #require(made.first { $0.hasPrefix("martlet_") })
      let secret = try #require(APIKeySecret(text))
      let key = try #require(try await APIKeyTable.check(secret, in: database.pool))
      #expect(key.rights == [.send, .read])
      #expect(key.pages == ["1"])
      let stored = try await database.pool.run(Statement("row", "SELECT k::text AS row FROM martlet.api_key k"))
      #expect(!(try stored[0].string("row").contains(text.suffix(64))))

      let listed = try await run(database, "list")
      #expect(listed.count == 1)
      #expect(listed[0].hasPrefix("\(key.id)  vehicle server  send,read  pages 1  made "))
      #expect(!listed[0].contains(text))
      let revoked = try await run(database, "revoke", key.id)
      #expect(revoked[0].contains("REVOKED"))
      #expect(try await APIKeyTable.check(secret, in: database.pool) == nil)
      // Once more changes nothing.
      #expect(try await run(database, "revoke", key.id) == revoked)
    }
  }

  @Test("says for which pages, or nothing is made; an id that there is not is told")
  func refused() async throws {
    try await TestDatabase.with { database in
      await #expect(throws: (any Error).self) { try await run(database, "create", "--name", "x", "--right", "send") }
      await #expect(throws: (any Error).self) {
        try await run(database, "create", "--name", "x", "--right", "everything", "--all-pages")
      }
      await #expect(throws: (any Error).self) { try await run(database, "revoke", "nobody") }
      let keys = try await database.pool.withConnection { try await APIKeyTable.list(on: $0) }
      #expect(keys.isEmpty)
    }
  }
}
