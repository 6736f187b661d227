import ChildProcesses
import JSON
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("`martlet contact` from end to end")
struct ContactCommandTests {
  private func run(_ database: TestDatabase, _ arguments: String...) async throws -> [String] {
    try await ChildProcess.run(
      ChildCommand(
        Surroundings.executables + "/martlet", ["contact"] + arguments,
        environment: ["MARTLET_DATABASE_URL": database.url]))
  }

  @Test("shows window, pause and opt-ins without names, words or tokens, and lets the bot speak again")
  func all() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run([
        Statement(
          "contact",
          """
          INSERT INTO martlet.contact (page_id, person, first_in_at, last_in_at, first_name, profile_state, paused_at,
            paused_until, pause_reason)
          VALUES ('1', 'ann', now(), now(), 'Secretname', 'known', now(), now() + interval '20 min', 'takeover')
          """),
        Statement(
          "optin",
          """
          INSERT INTO martlet.contact_optin (page_id, person, kind, key, token, payload, topic, opted_at, changed_at)
          VALUES ('1', 'ann', 'marketing', 'secret', 'secret', 'secret', 'news', now(), now())
          """),
        Statement("ref", "INSERT INTO martlet.contact_ref (page_id, user_ref, person) VALUES ('1', 'r1', 'ann')"),
      ])
      let shown = try await run(database, "show", "1", "ann")
      #expect(shown.contains { $0.hasPrefix("window      open until ") && $0.hasSuffix(" UTC") })
      #expect(shown.contains { $0.hasPrefix("bot         silent until ") })
      #expect(shown.contains("references  r1"))
      #expect(shown.contains { $0.hasPrefix("opt-in      marketing, active, topic news, with token, since ") })
      let json = try await run(database, "show", "1", "ann", "--json")
      #expect(try JSON(parsing: try #require(json.first))["paused"] == true)
      for text in [shown.joined(), json.joined()] { #expect(!text.lowercased().contains("secret")) }

      #expect(try await run(database, "resume", "1", "ann") == ["the bot speaks again"])
      #expect(try await run(database, "show", "1", "ann").contains("bot         speaks"))
      #expect(try await run(database, "resume", "1", "ann") == ["the bot was not silent there"])
      try await database.pool.run(
        Statement("owner", "UPDATE martlet.contact SET thread_owner = '9', thread_at = now()"))
      #expect(try await run(database, "show", "1", "ann").contains { $0.hasPrefix("bot         silent: app 9 leads") })
      #expect(try await run(database, "resume", "1", "ann") == ["the bot speaks again; the thread was led by app 9"])
      let recorded = try await database.pool.run(
        Statement("actions", "SELECT action || filter::text AS v FROM martlet.operator_action"))
      #expect(
        try recorded.map { try $0.string("v") } == [
          "contact_resume{\"page\": \"1\"}", "contact_resume{\"page\": \"1\"}",
        ])
    }
  }

  @Test("a stranger is told as one, and the exit status is not 0", arguments: ["show", "resume"])
  func stranger(command: String) async throws {
    try await TestDatabase.with { database in
      let error = await #expect(throws: ChildProcessError.self) { try await run(database, command, "1", "nobody") }
      #expect(error?.description.contains("page 1 knows no such person") == true)
    }
  }
}
