import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Tokens by which a person may be written to")
struct TokenTests {
  private func give(
    _ database: TestDatabase, _ token: String, kind: String = "marketing", status: String = "active",
    topic: String? = nil, expires: String? = "1 day", changed: String = "0 s", person: String = "ann"
  ) async throws {
    try await database.ask(
      """
      INSERT INTO martlet.contact_optin
        (page_id, person, kind, key, token, status, topic, expires_at, opted_at, changed_at)
      VALUES ('1', $7, $1, $2, $2, $3, $4, now() + $5::interval, now(), now() - $6::interval)
      """, .text(kind), .text(token), .text(status), .text(topic), .text(expires), .text(changed), .text(person))
  }

  private func pick(_ database: TestDatabase, topic: String? = nil, person: String = "ann") async throws -> String {
    let row = try await database.ask("SELECT * FROM martlet.token_pick('1', $1, $2)", .text(person), .text(topic))[0]
    return try row.optionalString("token") ?? row.optionalString("problem") ?? "?"
  }

  private func send(_ database: TestDatabase, topic: String? = nil, id: Int? = nil) async throws -> String {
    do {
      return try await database.ask(
        #"SELECT martlet.send_by_token('1', 'ann', '{"text": "Sale"}', $1, id => $2::uuid)::text AS v"#, .text(topic),
        .text(id.map(uuid)))[0].string("v")
    } catch let error as PostgresError {
      return error.sqlState ?? "?"
    }
  }

  @Test("a token that is stopped, over or used is none; of several the newest that many messages may go by")
  func picking() async throws {
    try await TestDatabase.with { database in
      #expect(try await pick(database) == "none")
      try await give(database, "once", kind: "one_time")
      try await give(database, "old", changed: "2 days")
      try await give(database, "stopped", status: "stopped")
      try await give(database, "over", expires: "-1 s")
      try await give(database, "soon over", expires: "30 s")
      #expect(try await pick(database) == "old")
      try await give(database, "new", topic: "sale", changed: "1 day")
      #expect(try await pick(database) == "new")
      #expect(try await pick(database, topic: "sale") == "new")
      #expect(try await pick(database, topic: "other") == "none")
      #expect(try await pick(database, person: "bob") == "none")
      try await database.ask("UPDATE martlet.contact_optin SET status = 'stopped' WHERE kind = 'marketing'")
      #expect(try await pick(database) == "once")
      try await database.ask("UPDATE martlet.contact_optin SET used_by = gen_random_uuid() WHERE kind = 'one_time'")
      #expect(try await pick(database) == "stopped")
    }
  }

  @Test("STOP and RESUME in Messenger decide whether it is good")
  func stopAndResume() async throws {
    try await TestDatabase.with { database in
      func tell(_ key: String, _ status: String, at time: Int64) async throws {
        _ = try await database.ingest(
          IngestRow(
            queue: .identify, kind: "optin", key: key, time: 1_700_000_000_000 + time, effects: 3,
            note: #"{"optin":{"kind":"marketing","token":"T","status":"\#(status)","expires_at":4000000000000}}"#))
      }
      try await tell("1", "active", at: 1)
      #expect(try await pick(database) == "T")
      try await tell("2", "stopped", at: 2)
      #expect(try await pick(database) == "stopped")
      #expect(try await send(database) == "22023")
      try await tell("3", "active", at: 3)
      #expect(try await pick(database) == "T")
    }
  }

  @Test("one token, one message: two take two, the third is refused, and a withdrawn message gives its token back")
  func oneTime() async throws {
    try await TestDatabase.with { database in
      try await give(database, "A", kind: "one_time", expires: "1 day")
      try await give(database, "B", kind: "one_time", expires: "2 days")
      #expect(try await send(database, id: 1) == uuid(1))
      #expect(try await send(database, id: 2) == uuid(2))
      #expect(try await send(database) == "22023")
      let recipients =
        "SELECT payload #>> '{message,recipient,one_time_notif_token}' AS v FROM martlet.outbox ORDER BY id"
      #expect(try await database.texts(recipients) == ["A", "B"])
      #expect(
        try await database.texts("SELECT grounds ->> 'kind' AS v FROM martlet.message") == ["token", "token"])
      try await database.ask("UPDATE martlet.message SET state = 'cancelled' WHERE id = $1::uuid", .text(uuid(1)))
      #expect(try await send(database, id: 3) == uuid(3))
      #expect(try await database.texts(recipients) == ["A", "B", "A"])
    }
  }

  @Test("of many that send at once by one-time tokens each takes one of its own")
  func atOnce() async throws {
    try await TestDatabase.with { database in
      for number in 0..<6 { try await give(database, "T\(number)", kind: "one_time") }
      let sent = try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<10 { tasks.addTask { try await send(database) != "22023" } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(sent.count { $0 } == 6)
      #expect(
        try await database.number(
          "SELECT count(DISTINCT payload #>> '{message,recipient,one_time_notif_token}') AS n FROM martlet.outbox") == 6
      )
    }
  }

  @Test("a token that was used stays used when its person turns out to be somebody")
  func joined() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(
        IngestRow(
          queue: .identify, person: "ref:r1", kind: "optin", key: "1", effects: 8,
          note: #"{"optin":{"kind":"one_time","token":"A"}}"#))
      try await database.ask("UPDATE martlet.contact_optin SET used_by = $1::uuid", .text(uuid(9)))
      _ = try await database.ingest(IngestRow(note: #"{"ref":"r1"}"#))
      #expect(
        try await database.texts("SELECT person || ' ' || used_by AS v FROM martlet.contact_optin")
          == ["ann \(uuid(9))"])
    }
  }
}
