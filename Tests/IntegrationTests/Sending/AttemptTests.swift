import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Writing attempts and outcomes")
struct AttemptTests {
  private func withWorker(_ body: @Sendable (SendWorker) async throws -> Void) async throws {
    try await TestDatabase.with { try await body(SendWorker.start(in: $0)) }
  }

  @Test("a first attempt is started, and stands in the ledger before the call")
  func started() async throws {
    try await withWorker { worker in
      let rows = [try await worker.put(1), try await worker.put(2, to: "bob")]
      #expect(try await worker.attempt(rows, as: 101) == ["started", "started"])
      #expect(try await worker.message(1) == "sending")
      let ledger = try await worker.database.texts(
        "SELECT concat_ws(' ', right(id::text, 3), right(message_id::text, 1), person) AS v FROM martlet.send_attempt")
      #expect(Set(ledger) == ["101 1 ann", "102 2 bob"])
    }
  }

  @Test("an attempt under another epoch, or by another worker, is lost and leaves nothing")
  func lostLane() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      #expect(try await worker.attempt([row], as: 101, epoch: worker.epoch - 1) == ["lost"])
      #expect(try await worker.attempt([row], as: 101, epoch: worker.epoch + 1) == ["lost"])
      #expect(try await worker.attempt([row], as: 101, by: testWorker()) == ["lost"])
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.message") == 0)
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.send_attempt") == 0)
    }
  }

  @Test("an attempt for a job that is gone, or that carries another message by now, is lost; its neighbour is not")
  func lostJob() async throws {
    try await withWorker { worker in
      let (gone, other, there) = (try await worker.put(1), try await worker.put(2), try await worker.put(3))
      try await worker.database.ask("DELETE FROM martlet.queue_send WHERE id = $1", .int(gone.id))
      try await worker.database.ask(
        "UPDATE martlet.queue_send SET payload = '{\"message_id\": \"x\"}' WHERE id = $1", .int(other.id))
      let answers = try await worker.attempt([gone, other, there], as: 101)
      #expect(answers == ["lost", "lost", "started"])
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.send_attempt") == 1)
    }
  }

  @Test("a job that waits aside is attempted from there, under its lane's epoch")
  func aside() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      try await worker.database.ask("UPDATE martlet.queue_send SET lane = -1 - lane")
      #expect(try await worker.attempt([row], as: 101) == ["lost"])
      let aside = SendRow(lane: -1 - row.lane, id: row.id, person: row.person, message: row.message)
      #expect(try await worker.attempt([aside], as: 101) == ["started"])
    }
  }

  @Test(
    "a message with an earlier attempt comes back with its state, and is not started",
    arguments: ["sending", "unknown", "sent", "delivered", "read", "refused", "held", "cancelled"])
  func earlier(state: String) async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      _ = try await worker.attempt([row], as: 101)
      try await worker.set(1, state)
      #expect(try await worker.attempt([row], as: 201) == ["\(state) 101"])
      #expect(try await worker.message(1) == state)
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.send_attempt") == 1)
    }
  }

  @Test("a message that waits is started again, and counts its attempts")
  func waiting() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      _ = try await worker.attempt([row], as: 101)
      try await worker.outcome(1, attempt: 101, "waiting")
      #expect(try await worker.attempt([row], as: 201) == ["started"])
      #expect(try await worker.message(1) == "sending")
      #expect(try await worker.database.number("SELECT attempts AS n FROM martlet.message") == 2)
      #expect(try await worker.attempt([row], as: 301) == ["sending 201"])
    }
  }

  @Test(
    "a message whose outcome is open is started again only where its very attempt is given up",
    arguments: ["sending", "unknown"])
  func open(state: String) async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      _ = try await worker.attempt([row], as: 101)
      try await worker.set(1, state)
      #expect(try await worker.attempt([row], as: 201) == ["\(state) 101"])
      #expect(try await worker.attempt([row], as: 201, resends: 999) == ["\(state) 101"])
      #expect(try await worker.attempt([row], as: 201, resends: 101) == ["started"])
      #expect(try await worker.attempt([row], as: 301, resends: 101) == ["sending 201"])
      try await worker.set(1, "sent")
      #expect(try await worker.attempt([row], as: 301, resends: 201) == ["sent 201"])
    }
  }

  @Test("the same attempt asked for again, because its answer was lost, comes back as its own")
  func again() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      #expect(try await worker.attempt([row], as: 101) == ["started"])
      #expect(try await worker.attempt([row], as: 101) == ["sending 101"])
    }
  }

  @Test("what a crash of the server may have undone is nobody's: lanes taken before it are lost")
  func era() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      // What PostgreSQL does to an unlogged table when it recovers.
      try await worker.database.ask("TRUNCATE martlet.queue_era")
      #expect(try await worker.attempt([row], as: 101) == ["lost"])
      let epoch = try await worker.database.lease(.send, by: worker.id)
      #expect(epoch > worker.epoch)
      #expect(try await worker.attempt([row], as: 101) == ["lost"])
      #expect(try await worker.attempt([row], as: 101, epoch: epoch) == ["started"])
    }
  }

  @Test("an outcome settles its message", arguments: ["sent", "refused", "unknown", "waiting"])
  func outcome(state: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, state, mid: state == "sent" ? "m_1" : nil)
      let expected = ["sent": "sent m_1 call", "refused": "refused call"][state] ?? state
      #expect(try await worker.message(1) == expected)
      let ledger = try await worker.database.texts("SELECT state || ' ' || settled_by AS v FROM martlet.send_outcome")
      #expect(ledger == ["\(state) call"])
    }
  }

  @Test("only the latest attempt sets the state; what an older one brings is written down and no more")
  func latest() async throws {
    try await withWorker { worker in
      let row = try await worker.put(1)
      _ = try await worker.attempt([row], as: 101)
      try await worker.outcome(1, attempt: 101, "waiting")
      _ = try await worker.attempt([row], as: 201)
      for state in ["refused", "sent", "unknown"] {
        try await worker.outcome(1, attempt: 101, state, mid: "m_old")
        #expect(try await worker.message(1) == "sending")
      }
      try await worker.outcome(1, attempt: 201, "sent", mid: "m_new")
      #expect(try await worker.message(1) == "sent m_new call")
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.send_outcome") == 5)
    }
  }

  @Test(
    "an outcome never takes back what is known by then",
    arguments: ["sent", "delivered", "read"], ["unknown", "waiting", "refused"])
  func neverBack(known: String, late: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      try await worker.set(1, known)
      try await worker.outcome(1, attempt: 101, late)
      #expect(try await worker.message(1) == "\(known) m_1 call")
    }
  }

  @Test("an answer that comes after the echo keeps the echo's word")
  func afterEcho() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.echo(1, attempt: 101, mid: "m_1")
      try await worker.outcome(1, attempt: 101, "unknown")
      #expect(try await worker.message(1) == "sent m_1 echo")
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      #expect(try await worker.message(1) == "sent m_1 echo")
    }
  }

  @Test("the page's rule keeps back what stayed open, and nothing else", arguments: ["sending", "unknown", "sent"])
  func hold(state: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.set(1, state)
      try await worker.hold(1)
      #expect(try await worker.message(1) == (state == "sent" ? "sent" : "held rule"))
      let count = try await worker.database.number("SELECT count(*) AS n FROM martlet.send_outcome")
      #expect(count == (state == "sent" ? 0 : 1))
    }
  }
}
