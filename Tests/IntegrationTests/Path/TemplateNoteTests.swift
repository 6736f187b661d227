import Postgres
import TestKit
import Testing

@Suite("What Meta's reviewers say of templates")
struct TemplateNoteTests {
  private func verdict(
    _ key: String, _ status: String, name: String? = "alert", language: String? = "en_US", at time: Int64 = 1,
    page: String = "1", more: String = ""
  ) -> IngestRow {
    let members = [
      "\"status\":\"\(status)\",\"id\":\"t1\"", name.map { "\"name\":\"\($0)\"" },
      language.map { "\"language\":\"\($0)\"" },
    ]
    return IngestRow(
      queue: nil, page: page, person: "", kind: "message_template_status_update", key: key,
      time: 1_700_000_000_000 + time, effects: 0,
      note: "{\"template\":{\(members.compactMap(\.self).joined(separator: ","))\(more)}}")
  }

  private func state(_ database: TestDatabase, _ page: String = "1") async throws -> String? {
    try await database.texts("SELECT martlet.template_state($1, 'alert', 'en_US') AS v", .text(page))[0]
  }

  @Test("a verdict stands from its event's own transaction on; an older one changes nothing, a repeated one neither")
  func verdicts() async throws {
    try await TestDatabase.with { database in
      #expect(try await state(database) == nil)
      _ = try await database.ingest(verdict("1", "PENDING", at: 1), verdict("2", "APPROVED", at: 2))
      #expect(try await state(database) == "approved")
      #expect(try await state(database, "2") == nil)
      _ = try await database.ingest(verdict("3", "REJECTED", at: 5, more: #","reason":"INVALID_FORMAT""#))
      _ = try await database.ingest(verdict("4", "APPROVED", at: 3))
      _ = try await database.ingest(verdict("2", "APPROVED", at: 9))
      #expect(try await state(database) == "rejected")
      #expect(
        try await database.texts("SELECT concat_ws(' ', status, reason, template_id) AS v FROM martlet.page_template")
          == ["REJECTED INVALID_FORMAT t1"])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.event") == 4)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.contact") == 0)
    }
  }

  @Test("where Meta names the id alone, it is the template that has it; what nobody knows is left out")
  func byID() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(verdict("1", "APPROVED", name: nil, language: nil, at: 1))
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.page_template") == 0)
      _ = try await database.ingest(verdict("2", "APPROVED", at: 2))
      _ = try await database.ingest(verdict("3", "paused", name: nil, language: nil, at: 3))
      #expect(try await state(database) == "paused")
      _ = try await database.ingest(verdict("4", "FLAGGED", at: 4, more: #","reason":"NONE""#))
      #expect(try await state(database) == "approved")
    }
  }

  @Test("what Meta lists counts, and what it lists no more is gone, save what a webhook told since")
  func listed() async throws {
    try await TestDatabase.with { database in
      func list(_ statuses: [String], _ names: [String], at time: String) async throws {
        try await database.ask(
          """
          SELECT martlet.templates_listed('1', $1::text[], $2::text[], $2::text[], $3::text[], $4::text[], $4::text[],
            $5::timestamptz)
          """, .texts(names), .texts(names.map { _ in "en_US" }), .texts(statuses),
          .texts(names.map { _ in String?.none }), .text(time))
      }
      try await list(["PENDING", "APPROVED"], ["alert", "gone"], at: "2023-11-01")
      #expect(try await state(database) == "pending")
      _ = try await database.ingest(verdict("1", "APPROVED"))
      // It was asked before the webhook came.
      try await list(["PENDING"], ["alert"], at: "2023-11-10")
      #expect(try await state(database) == "approved")
      #expect(try await database.texts("SELECT name AS v FROM martlet.page_template") == ["alert"])
      try await list(["PAUSED"], ["alert"], at: "2024-01-01")
      #expect(try await state(database) == "paused")
      try await list([], [], at: "2024-01-02")
      #expect(try await state(database) == nil)
    }
  }

  @Test("of many at once only Meta's limit of profile calls goes through, each page by itself; then the wait is told")
  func profileCalls() async throws {
    try await TestDatabase.with { database in
      func claim(_ page: String) async throws -> (call: Int?, wait: Int) {
        let row = try await database.ask("SELECT * FROM martlet.profile_call($1)", .text(page))[0]
        return (try row.optionalInt("call"), try row.int("wait_ms"))
      }
      let claims = try await withThrowingTaskGroup(of: Bool.self) { tasks in
        for _ in 0..<24 { tasks.addTask { try await claim("1").call != nil } }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(claims.count { $0 } == 10)
      let late = try await claim("1")
      #expect(late.call == nil)
      #expect((1...605_000).contains(late.wait))
      #expect(try await claim("2").call != nil)

      try await database.ask("UPDATE martlet.page_profile_call SET at = at - interval '606 s' WHERE page_id = '1'")
      let free = try #require(try await claim("1").call)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.page_profile_call WHERE page_id = '1'") == 1)
      // Somebody else used up the limit.
      try await database.ask("SELECT martlet.profile_call_refused($1)", .int(free))
      #expect(try await claim("1").wait > 590_000)
    }
  }

  @Test(
    "a template that Meta is known to refuse is not sent by: no attempt is begun; one that nobody knows goes to Meta")
  func attempts() async throws {
    try await TestDatabase.with { database in
      let worker = try await SendWorker.start(in: database)
      let row = try await worker.put(1)
      try await database.ask(
        """
        UPDATE martlet.queue_send SET payload = payload
          || '{"message": {"template": {"name": "alert", "language": {"code": "en_US"}}}}'
        """)
      func attempt(_ number: Int, _ grounds: String = #"{"kind":"utility"}"#) async throws -> String {
        try await database.ask(
          """
          SELECT state AS v FROM martlet.send_attempts($1::uuid, $2::smallint[], $3::bigint[], $4::bigint[], '{1}',
            '{ann}', $5::uuid[], $6::uuid[], '{NULL}', '{NULL}', $7::text[], '{NULL}', '{NULL}', '{f}', '{f}')
          """, .text(worker.id), .array([row.lane]), .array([worker.epoch]), .array([row.id]),
          .array([Optional(row.message)]), .array([Optional(uuid(number))]), .array([Optional(grounds)]))[0].string("v")
      }
      for status in ["PENDING", "REJECTED", "PAUSED"] {
        _ = try await database.ingest(verdict(status, status))
        #expect(try await attempt(101) == "unapproved")
      }
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.send_attempt") == 0)
      _ = try await database.ingest(verdict("2", "APPROVED", at: 5))
      #expect(try await attempt(102) == "started")
      try await database.ask("DELETE FROM martlet.page_template")
      try await database.ask("UPDATE martlet.message SET state = 'waiting'")
      #expect(try await attempt(103) == "started")
    }
  }
}
