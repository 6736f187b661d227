import ChildProcesses
import Cryptography
import FoundationEssentials
import JSON
import Pages
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("`martlet send` and `martlet page token` from end to end")
struct SendCommandTests {
  private static let keys: JSON = ["current": "k1", "keys": ["k1": .string(String(repeating: "01", count: 32))]]

  private func run(_ database: TestDatabase, _ arguments: String...) async throws -> [String] {
    try await ChildProcess.run(
      ChildCommand(
        Surroundings.executables + "/martlet", arguments,
        environment: ["MARTLET_DATABASE_URL": database.url, "MARTLET_KEYS": Self.keys.serialized()]))
  }

  @Test("status tells state, reason, remedy and history, never a word; a stranger's id is told apart")
  func status() async throws {
    try await TestDatabase.with { database in
      let id = "00000000-0000-4000-8000-000000000001"
      try await database.pool.run([
        Statement("page", "INSERT INTO martlet.page (page_id, app_id) VALUES ('1', 'app')"),
        Statement(
          "bar",
          """
          SELECT martlet.send_bar('{1}', '{ann}', '{\(id)}', '{too_late}', '{law}', '{It is late.}', '{Send a template.}',
            ARRAY['{"kind":"update"}'])
          """),
      ])
      let lines = try await run(database, "send", "status", id)
      #expect(lines.contains("state     too_late, settled by law, 0 calls"))
      #expect(lines.contains("because   It is late."))
      #expect(lines.contains("do        Send a template."))
      #expect(lines.last?.hasSuffix("too_late (by law)") == true)
      let json = try JSON(parsing: try #require(try await run(database, "send", "status", id, "--json").first))
      #expect(json["grounds"] == "update")
      await #expect(throws: ChildProcessError.self) { try await run(database, "send", "status", "m_1") }
      await #expect(throws: ChildProcessError.self) {
        try await run(database, "send", "status", "00000000-0000-4000-8000-000000000002")
      }
      await #expect(throws: ChildProcessError.self) { try await run(database, "send", "resolve", id, "--drop") }
    }
  }

  @Test("a page's new token is sealed, its alarm is over, and only a page that is known takes one")
  func token() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(
        Statement(
          "page",
          "INSERT INTO martlet.page (page_id, app_id, token_state, alarmed_at) VALUES ('1', 'app', 'dead', now())"))
      let file = try TemporaryFile("EAAsecret\n")
      let lines = try await run(database, "page", "token", "set", "1", "--file", file.path)
      #expect(lines == ["page 1 has a new token; what waited for it goes out"])
      let keys = try SealingKeys(json: Self.keys.serialized())
      let page = try await PageDirectory(pool: database.pool, keys: keys).page("1")
      guard case .live("EAAsecret") = page.token else {
        Issue.record("the token does not open")
        return
      }
      let row = try await database.pool.run(
        Statement("page", "SELECT token_from, alarmed_at::text AS alarm FROM martlet.page"))[0]
      #expect(try row.string("token_from") == "operator")
      #expect(try row.optionalString("alarm") == nil)
      await #expect(throws: ChildProcessError.self) {
        try await run(database, "page", "token", "set", "2", "--file", file.path)
      }
    }
  }
}

/// A file that goes away with its test.
private final class TemporaryFile: Sendable {
  let path: String

  init(_ text: String) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "martlet-\(UUID())").path
    try Data(text.utf8).write(to: URL(filePath: path))
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
