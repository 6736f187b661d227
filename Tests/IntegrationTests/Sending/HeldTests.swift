import Postgres
import TestKit
import Testing

@Suite("Messages that are kept back")
struct HeldTests {
  private func withHeld(_ body: @Sendable (SendWorker) async throws -> Void) async throws {
    try await TestDatabase.with { database in
      try await database.ask("INSERT INTO martlet.page (page_id, app_id) VALUES ('1', 'app')")
      let worker = try await SendWorker.start(in: database)
      let row = try await worker.put(1)
      _ = try await worker.attempt([row], as: 101)
      try await worker.outcome(1, attempt: 101, "unknown")
      try await worker.hold(1)
      try await worker.finish(row)
      try await body(worker)
    }
  }

  private func resolve(_ number: Int, again: Bool, _ worker: SendWorker) async throws -> String? {
    try await worker.database.texts(
      "SELECT result AS v FROM martlet.send_resolve($1::uuid, $2, 'me')", .text(uuid(number)), .bool(again)
    ).first ?? nil
  }

  private func words(_ table: String, _ worker: SendWorker) async throws -> [String?] {
    try await worker.database.texts("SELECT payload -> 'message' ->> 'text' AS v FROM martlet.\(table)")
  }

  @Test("an operator sends it again: its words are in the line once, and its next attempt starts")
  func resend() async throws {
    try await withHeld { worker in
      #expect(try await worker.message(1) == "held rule")
      #expect(try await words("send_held", worker) == ["words"])
      #expect(try await resolve(1, again: true, worker) == "resent")
      #expect(try await resolve(1, again: true, worker) == "open")
      #expect(try await resolve(2, again: true, worker) == nil)
      #expect(try await words("send_held", worker).isEmpty)
      #expect(try await words("queue_send", worker) == ["words"])
      let job = try await worker.database.ask("SELECT lane, id FROM martlet.queue_send")[0]
      let row = SendRow(lane: try job.int("lane"), id: try job.int64("id"), person: "ann", message: uuid(1))
      #expect(try await worker.attempt([row], as: 201) == ["started"])
      let acts = try await worker.database.texts(
        "SELECT concat_ws(' ', who, action, rows) AS v FROM martlet.operator_action")
      #expect(acts == ["me send_resend 1"])
    }
  }

  @Test("an operator drops it: its words are gone, and it is cancelled; an echo proves it sent all the same")
  func drop() async throws {
    try await withHeld { worker in
      #expect(try await resolve(1, again: false, worker) == "dropped")
      #expect(try await words("send_held", worker).isEmpty)
      #expect(try await words("queue_send", worker).isEmpty)
      #expect(try await worker.message(1) == "cancelled operator")
      try await worker.echo(1, attempt: 101, mid: "m_1")
      #expect(try await worker.message(1) == "sent m_1 echo")
    }
  }

  @Test("a late echo sends it after all, and forgets its words")
  func lateEcho() async throws {
    try await withHeld { worker in
      try await worker.echo(1, attempt: 101, mid: "m_1")
      #expect(try await worker.message(1) == "sent m_1 echo")
      #expect(try await words("send_held", worker).isEmpty)
      #expect(try await resolve(1, again: true, worker) == "open")
    }
  }

  @Test("a message that an echo settled before the rule came to it is not kept back")
  func settledBefore() async throws {
    try await TestDatabase.with { database in
      let worker = try await SendWorker.start(in: database)
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.echo(1, attempt: 101, mid: "m_1")
      try await worker.hold(1)
      #expect(try await worker.message(1) == "sent m_1 echo")
      #expect(try await words("send_held", worker).isEmpty)
    }
  }

  @Test("a report tells of every call in order, where the message waits, and what to do; never its words")
  func report() async throws {
    try await withHeld { worker in
      let report = try await worker.database.texts("SELECT martlet.message_report($1::uuid)::text AS v", .text(uuid(1)))
      let text = try #require(report.first ?? nil)
      #expect(!text.contains("words"))
      let parts = try await worker.database.texts(
        """
        SELECT concat_ws(' ', r ->> 'state', r -> 'place' ->> 'queue', r ->> 'attempts',
          (SELECT string_agg(h ->> 'what', ',' ORDER BY n)
           FROM jsonb_array_elements(r -> 'history') WITH ORDINALITY AS x (h, n))) AS v
        FROM martlet.message_report($1::uuid) AS r
        """, .text(uuid(1)))
      #expect(parts == ["held held 1 attempt,unknown,held"])
      #expect(
        try await worker.database.texts("SELECT martlet.message_report($1::uuid)::text AS v", .text(uuid(9))) == [nil])
    }
  }

  @Test("a job in the dead letters is a dead message, unless its outcome is open; put back, it is tried again")
  func dead() async throws {
    try await TestDatabase.with { database in
      let worker = try await SendWorker.start(in: database)
      func bury(_ row: SendRow) async throws {
        try await database.ask(
          "SELECT martlet.queue_send_bury($1::uuid, $2::smallint, $3::bigint, $4::bigint, 12::smallint, 'broken')",
          .text(worker.id), .int(row.lane), .int(worker.epoch), .int(row.id))
      }
      let rows = [try await worker.put(1), try await worker.put(2, to: "bob"), try await worker.put(3, to: "cat")]
      _ = try await worker.attempt([rows[1], rows[2]], as: 101)
      try await worker.outcome(2, attempt: 101, "waiting")
      for row in rows { try await bury(row) }
      #expect(try await worker.message(1) == "dead")
      #expect(try await worker.message(2) == "dead")
      #expect(try await worker.message(3) == "sending")
      try await database.ask(
        "SELECT martlet.dead_retry('send', NULL, NULL, 'bob', NULL, NULL, NULL, NULL, 10, NULL, 'me', '{}')")
      let job = try await database.ask("SELECT lane, id FROM martlet.queue_send")[0]
      let row = SendRow(lane: try job.int("lane"), id: try job.int64("id"), person: "bob", message: uuid(2))
      #expect(try await worker.attempt([row], as: 201) == ["started"])
    }
  }
}
