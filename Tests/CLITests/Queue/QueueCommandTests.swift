import ChildProcesses
import JSON
import Postgres
import TestKit
import Testing

@testable import CLI

/// The built `martlet`, which lies beside the tests, as a person runs it.
@Suite("`martlet queue` from end to end")
struct QueueCommandTests {
  private func run(_ database: TestDatabase, _ arguments: String...) async throws -> [String] {
    try await ChildProcess.run(
      ChildCommand(
        Surroundings.executables + "/martlet", ["queue"] + arguments,
        environment: ["MARTLET_DATABASE_URL": database.url]))
  }

  private func texts(_ database: TestDatabase, _ sql: String) async throws -> [String] {
    try await database.pool.run(Statement("test", sql)).map { try $0.string("v") }
  }

  @Test("lists, shows, tries, puts back and drops; words appear only when asked for")
  func all() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(
        Statement(
          "bury",
          """
          INSERT INTO martlet.queue_dead
            (queue, id, conv, page_id, person, kind, v, attempts, enqueued_at, payload, error)
          SELECT 'send', i, martlet.conv('1', 'p' || i), '1', 'p' || i, 'message', 1, 12, now(),
            '{"text": "my secret"}', CASE WHEN i < 3 THEN 'error 100' ELSE 'other' END
          FROM generate_series(1, 4) AS i
          """))
      let list = try await run(database, "dead", "list", "--queue", "send")
      #expect(list.count == 5)
      #expect(list.joined().contains("my secret") == false)
      let shown = try await run(database, "dead", "show", "send", "2")
      #expect(shown.contains("error     error 100"))
      #expect(shown.joined().contains("my secret") == false)
      #expect(try await run(database, "dead", "show", "send", "2", "--payload").joined().contains("my secret"))

      let dry = try await run(database, "dead", "retry", "--error", "100", "--dry-run")
      #expect(dry.contains("dry run: 2 would be put back"))
      #expect(try await texts(database, "SELECT id::text AS v FROM martlet.queue_send").isEmpty)
      #expect(try await texts(database, "SELECT action AS v FROM martlet.operator_action").isEmpty)

      #expect(try await run(database, "dead", "retry", "--error", "100") == ["2 put back: send 2"])
      #expect(
        try await texts(database, "SELECT person || ' ' || attempts AS v FROM martlet.queue_send ORDER BY id")
          == ["p1 0", "p2 0"])
      #expect(
        try await run(database, "dead", "drop", "--queue", "send", "--id", "3", "--json") == [
          #"{"count":1,"queues":{"send":1}}"#
        ])
      #expect(try await texts(database, "SELECT person AS v FROM martlet.queue_dead") == ["p4"])
      #expect(
        try await texts(
          database, "SELECT format('%s %s', action, rows) AS v FROM martlet.operator_action ORDER BY id")
          == ["retry 2", "drop 1"])
      #expect(
        try await texts(database, "SELECT (who <> '')::text AS v FROM martlet.operator_action").allSatisfy {
          $0 == "true"
        })
    }
  }

  @Test("what is not there is told with what to do, and the exit status is not 0")
  func notThere() async throws {
    try await TestDatabase.with { database in
      let error = await #expect(throws: ChildProcessError.self) { try await run(database, "dead", "show", "send", "5") }
      #expect(error?.description.contains("`martlet queue dead list --queue send`") == true)
      try await database.pool.run(Statement("drop", "DROP SCHEMA martlet CASCADE"))
      let old = await #expect(throws: ChildProcessError.self) { try await run(database, "dead", "list") }
      #expect(old?.description.contains("martlet migrate") == true)
    }
  }

  @Test("a pause is told by the status until it is over, and each end of it once")
  func pause() async throws {
    try await TestDatabase.with { database in
      #expect(
        try await run(database, "pause", "send", "--why", "a token") == [
          "send is paused. To go on: martlet queue resume send"
        ])
      let status = try await run(database, "status", "--sample", "0")
      #expect(status.contains { $0.hasPrefix("paused: send, for ") && $0.hasSuffix(": a token") })
      let json = try await run(database, "status", "--sample", "0", "--queue", "send", "--json")
      #expect(try JSON(parsing: try #require(json.first))["queues"]?[0]?["paused"]?["why"] == "a token")
      #expect(try await run(database, "resume", "send") == ["send goes on"])
      #expect(try await run(database, "resume", "send") == ["send was not paused"])
      #expect(try await run(database, "status", "--sample", "0").contains { $0.hasPrefix("paused") } == false)
    }
  }
}
