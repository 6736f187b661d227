import Postgres
import TestKit
import Testing

/// Receipts that come before the outcome they belong to is stored, and what a delivery proves.
@Suite("Receipts that come early")
struct HeardTests {
  private func withWorker(_ body: @Sendable (SendWorker) async throws -> Void) async throws {
    try await TestDatabase.with { database in
      try await database.ask("INSERT INTO martlet.page (page_id, app_id) VALUES ('1', 'app')")
      try await body(SendWorker.start(in: database))
    }
  }

  @Test("a read that comes while the call is under way counts once its answer is stored")
  func readFirst() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      let time = try await worker.time(of: 1)
      try await worker.watermark("read", time)
      try await worker.watermark("delivered", time)
      #expect(try await worker.message(1) == "sending")
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      #expect(try await worker.message(1) == "read m_1 call")
    }
  }

  @Test("an echo after it counts the same; a refusal forgets it")
  func echoAndRefusal() async throws {
    try await withWorker { worker in
      let (row, other) = (try await worker.put(1), try await worker.put(2, to: "bob"))
      _ = try await worker.attempt([row, other], as: 101)
      try await worker.watermark("delivered", try await worker.time(of: 1))
      try await worker.watermark("delivered", try await worker.time(of: 2), person: "bob")
      try await worker.echo(1, attempt: 101, mid: "m_1")
      #expect(try await worker.message(1) == "delivered m_1 echo")
      try await worker.outcome(2, attempt: 102, "waiting")
      _ = try await worker.attempt([other], as: 201)
      try await worker.outcome(2, attempt: 201, "sent", mid: "m_2")
      #expect(try await worker.message(2) == "sent m_2 call")
    }
  }

  @Test(
    "a delivery that names an id of nobody's settles the one open message, whether its outcome was stored before or after",
    arguments: [true, false])
  func stranger(before: Bool) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      if before { try await worker.outcome(1, attempt: 101, "unknown") }
      try await worker.watermark("delivered", try await worker.time(of: 1), mids: ["m_new"])
      if !before { try await worker.outcome(1, attempt: 101, "unknown") }
      #expect(try await worker.message(1) == "delivered m_new delivery")
    }
  }

  @Test(
    "it proves nothing where the id is known, another app's echo had it, two ids or two open messages come into question"
  )
  func nothing() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      _ = try await worker.attempt([worker.put(2)], as: 201)
      try await worker.outcome(2, attempt: 201, "unknown")
      let time = try await worker.time(of: 2)
      _ = try await worker.database.ingest(IngestRow(queue: nil, kind: "echo", key: "m_app", effects: 0))
      for mids in [["m_1"], ["m_app"], ["m_x", "m_y"], []] {
        try await worker.watermark("delivered", time, mids: mids)
        #expect(try await worker.message(2) == "unknown", "\(mids)")
      }
      _ = try await worker.attempt([worker.put(3)], as: 301)
      try await worker.watermark("delivered", try await worker.time(of: 3), mids: ["m_z"])
      #expect(try await worker.message(2) == "unknown")
      #expect(try await worker.message(3) == "sending")
    }
  }

  @Test("a read alone proves nothing")
  func readAlone() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "unknown")
      try await worker.watermark("read", try await worker.time(of: 1))
      #expect(try await worker.message(1) == "unknown")
    }
  }

  @Test("a delivery that settles a message ends the wait of what stands behind it")
  func wakes() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "unknown")
      try await worker.database.ask(
        """
        INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
        VALUES ('send', martlet.conv('1', 'ann'), 1, '1', 'ann', now() + interval '1 h', 'unknown')
        """)
      try await worker.watermark("delivered", try await worker.time(of: 1), mids: ["m_new"])
      let due = "SELECT count(*) AS n FROM martlet.queue_parked WHERE until <= clock_timestamp()"
      #expect(try await worker.database.number(due) == 1)
    }
  }

  @Test("a message that the conversation shows is settled once, and an id that we know is told from a stranger's")
  func found() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "unknown")
      for mid in ["m_1", "m_2"] {
        try await worker.database.ask(
          "SELECT martlet.send_found('{1}', $1::uuid[], $2::uuid[], $3::text[])", .array([Optional(uuid(1))]),
          .array([Optional(uuid(101))]), .texts([mid]))
      }
      #expect(try await worker.message(1) == "sent m_1 conversation")
      _ = try await worker.database.ingest(IngestRow(queue: nil, kind: "echo", key: "m_app", effects: 0))
      let known = try await worker.database.texts(
        "SELECT m AS v FROM martlet.mids_known('1', 'ann', '{m_1,m_app,m_new}') AS m ORDER BY 1")
      #expect(known == ["m_1", "m_app"])
    }
  }
}
