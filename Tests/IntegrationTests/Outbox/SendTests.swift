import JSON
import Postgres
import TestKit
import Testing

@Suite("SELECT martlet.send(…), in the owner's own transaction")
struct SendTests {
  private func send(_ database: TestDatabase, _ arguments: String) async throws {
    try await database.pool.run(Statement("send", "SELECT martlet.send(\(arguments))"))
  }

  @Test("the message has a row from the first, with its grounds and the owner's name for it")
  func row() async throws {
    try await TestDatabase.with { database in
      try await send(database, #"'1', '7', '{"text": "hi"}', customer_key => 'order-17'"#)
      let row = try await database.ask("SELECT id, state, grounds, customer_key, attempt_id FROM martlet.message")[0]
      #expect(try row.string("state") == "queued")
      #expect(try JSON(parsing: row.string("grounds")) == ["kind": "update"])
      #expect(try row.string("customer_key") == "order-17")
      #expect(try row.optionalString("attempt_id") == nil)
      let payload = try JSON(parsing: try await database.ask("SELECT payload FROM martlet.outbox")[0].string("payload"))
      #expect(payload["message_id"]?.string == (try row.string("id")))
      #expect(payload["message"] == ["text": "hi", "recipient": "7", "grounds": ["kind": "update"]])
    }
  }

  @Test("what is rolled back was never sent, and leaves no row")
  func rollback() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run([
        Statement("begin", "BEGIN"), Statement("send", #"SELECT martlet.send('1', '7', '{"text": "hi"}')"#),
        Statement("rollback", "ROLLBACK"),
      ])
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.message") == 0)
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.outbox") == 0)
    }
  }

  @Test(
    "what no sender would take is refused at once, and an error names the field and not the words",
    arguments: [
      (#"'1', '7', '"hi"'"#, "message"), (#"'1', '7', '{}'"#, "message"), (#"'1', '', '{"text": "hi"}'"#, "person"),
      (#"'1', '7', '{"text": "secret", "sticker_id": "1"}'"#, "message"),
      (#"'1', '7', '{"text": " "}'"#, "message.text"),
      (#"'1', '7', '{"text": ["secret"]}'"#, "message.text"),
      (#"'1', '7', jsonb_build_object('text', repeat('secret', 400))"#, "message.text"),
      (#"'1', '7', '{"text": "secret"}', grounds => '{"kind": "promotion"}'"#, "grounds.kind"),
      (#"'1', '7', '{"text": "secret"}', grounds => '{"kind": "utility"}'"#, "grounds.kind"),
      (#"'1', '7', '{"template": {"name": "secret"}}'"#, "grounds.kind"),
      (#"'1', '7', '{"text": "secret"}', grounds => '{"kind": "human_agent", "operator": "Ada"}'"#, "grounds.operator"),
      (#"'1', '7', '{"text": "secret"}', grounds => '{"kind": "token"}'"#, "message.recipient"),
      (#"'1', '7', '{"text": "secret"}', class => 'whenever'"#, "class"),
    ])
  func refused(arguments: String, field: String) async throws {
    try await TestDatabase.with { database in
      do {
        try await send(database, arguments)
        Issue.record("it was taken")
      } catch let error as PostgresError {
        #expect(error.sqlState == "22023")
        let told = String(reflecting: error)
        #expect(told.contains(field), "\(told)")
        #expect(!told.contains("secret"), "\(told)")
      }
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.message") == 0)
    }
  }

  @Test("a human agent is a live key with that right on that page, and no other text")
  func humanAgent() async throws {
    try await TestDatabase.with { database in
      let ids = try await database.ask(
        """
        INSERT INTO martlet.api_key (name, digest, rights, pages, created_by, revoked_at)
        VALUES ('a', sha256('a'), '{human_agent}', '{1}', 't', NULL), ('b', sha256('b'), '{human_agent}', '{2}', 't', NULL),
          ('c', sha256('c'), '{send}', NULL, 't', NULL), ('d', sha256('d'), '{human_agent}', NULL, 't', now())
        RETURNING id
        """
      ).map { try $0.string("id") }
      for (place, id) in ids.enumerated() {
        let grounds = #"{"kind": "human_agent", "operator": "\#(id)"}"#
        let isTaken = (try? await send(database, #"'1', '7', '{"text": "hi"}', grounds => '\#(grounds)'"#)) != nil
        #expect(isTaken == (place == 0))
      }
    }
  }

  @Test("an idempotency key is one request's for a day: the same gets its id again, another is told so")
  func claimed() async throws {
    try await TestDatabase.with { database in
      func ask(_ name: String?, _ asked: String) async throws -> String {
        let row = try await database.ask(
          """
          SELECT outcome, id FROM martlet.api_send('\(uuid(1))', $1, sha256($2::bytea), '1', '7',
            '{"text": "hi", "grounds": {"kind": "update"}}', NULL, NULL, NULL)
          """, .text(name), .text(asked))[0]
        return try row.string("outcome")
      }
      #expect(try await ask("a", "one") == "accepted")
      #expect(try await ask("a", "one") == "repeated")
      #expect(try await ask("a", "two") == "other")
      #expect(try await ask(nil, "one") == "accepted")
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.message") == 2)
      try await database.ask("UPDATE martlet.api_request SET at = at - interval '24 hours'")
      #expect(try await ask("a", "two") == "accepted")
      try await database.ask("UPDATE martlet.api_request SET at = at - interval '24 hours'")
      #expect(try await database.number("SELECT martlet.api_forget(10) AS n") == 1)
    }
  }
}
