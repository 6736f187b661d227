import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Settling messages by receipts")
struct ReceiptTests {
  private func withWorker(_ body: @Sendable (SendWorker) async throws -> Void) async throws {
    try await TestDatabase.with { try await body(SendWorker.start(in: $0)) }
  }

  @Test("an echo settles a message whose outcome was open", arguments: ["sending", "unknown", "waiting", "held"])
  func echo(state: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.set(1, state)
      try await worker.echo(1, attempt: 101, mid: "m_1")
      #expect(try await worker.message(1) == "sent m_1 echo")
      let ledger = try await worker.database.texts(
        "SELECT concat_ws(' ', right(attempt_id::text, 3), state, settled_by, mid) AS v FROM martlet.send_outcome")
      #expect(ledger == ["101 sent echo m_1"])
    }
  }

  @Test("an echo of what is settled already changes nothing", arguments: ["sent", "delivered", "read", "refused"])
  func lateEcho(state: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.set(1, state)
      try await worker.echo(1, attempt: 101, mid: "m_1")
      #expect(try await worker.message(1) == state)
      #expect(try await worker.database.number("SELECT count(*) AS n FROM martlet.send_outcome") == 0)
    }
  }

  @Test("an echo of a message that nobody knows is passed over")
  func foreignEcho() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.echo(2, attempt: 101, mid: "m_2")
      #expect(try await worker.message(1) == "sending")
    }
  }

  @Test("an echo ends its person's wait for an unknown outcome, no other wait, and tells whoever sleeps")
  func wakes() async throws {
    try await withWorker { worker in
      let database = worker.database
      for person in ["ann", "bob"] { try await database.park(.send, person: person, for: .unknown) }
      try await database.park(.send, person: "eve", for: .retry)
      try await database.park(.understand, person: "ann", for: .profile)
      _ = try await worker.attempt([worker.put(1)], as: 101)

      let heard = AsyncStream.makeStream(of: String.self)
      let listener = try await database.connect()
      await listener.onNotification { heard.continuation.yield("\($0) \($1)") }
      try await listener.run(Statement("listen", "LISTEN martlet_send"))
      try await worker.echo(1, attempt: 101, mid: "m_1")
      try await worker.echo(1, attempt: 101, mid: "m_1", person: "eve")
      #expect(
        try await database.waiting() == ["send:bob:unknown", "send:eve:retry", "understand:ann:profile"])
      let lane = try await database.number("SELECT martlet.lane(martlet.conv('1', 'ann')) AS n")
      var notifications = heard.stream.makeAsyncIterator()
      #expect(await notifications.next() == "martlet_send \(lane)")
      await listener.close()
    }
  }

  @Test("a wait for an outcome that was settled meanwhile is over; one that is still open is not")
  func recheck() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.database.park(.send, person: "ann", for: .unknown)
      for state in ["sending", "unknown"] {
        try await worker.set(1, state)
        try await worker.database.ask("SELECT martlet.unknown_recheck('1', 'ann', $1::uuid)", .text(uuid(1)))
        #expect(try await worker.database.waiting() == ["send:ann:unknown"])
      }
      try await worker.set(1, "sent")
      try await worker.database.ask("SELECT martlet.unknown_recheck('1', 'ann', $1::uuid)", .text(uuid(1)))
      #expect(try await worker.database.waiting().isEmpty)
    }
  }

  @Test("deliveries and reads move a sent message forward and never back")
  func forward() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      let time = try await worker.time(of: 1)
      for (state, expected) in [
        ("delivered", "delivered"), ("delivered", "delivered"), ("read", "read"), ("delivered", "read"),
      ] {
        try await worker.watermark(state, time)
        #expect(try await worker.message(1) == "\(expected) m_1 call")
      }
    }
  }

  @Test("a read without a delivery before it counts, also in one batch with it")
  func together() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.outcome(1, attempt: 101, "sent", mid: "m_1")
      try await worker.database.ask(
        "SELECT martlet.receipt_watermarks('{1,1,1}', '{ann,ann,ann}', '{delivered,read,delivered}', $1::bigint[])",
        .array([try await worker.time(of: 1), try await worker.time(of: 1), try await worker.time(of: 1)]))
      #expect(try await worker.message(1) == "read m_1 call")
    }
  }

  @Test("a watermark covers what was sent up to it, to that person, and nothing else")
  func covers() async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      _ = try await worker.attempt([worker.put(2), worker.put(3, to: "bob")], as: 201)

      for number in 1...3 { try await worker.set(number, "sent") }
      // Apart by more than a millisecond, which is all that a watermark can tell.
      try await worker.database.ask(
        "UPDATE martlet.message SET attempt_at = attempt_at - interval '1 s' WHERE id = $1::uuid", .text(uuid(1)))
      try await worker.watermark("delivered", try await worker.time(of: 1))
      let states = try await worker.database.texts("SELECT state AS v FROM martlet.message ORDER BY id")
      #expect(states == ["delivered", "sent", "sent"])
    }
  }

  @Test(
    "a message that did not go out, as far as is known, is not moved by a watermark",
    arguments: ["sending", "waiting", "unknown", "refused", "held"])
  func untouched(state: String) async throws {
    try await withWorker { worker in
      _ = try await worker.attempt([worker.put(1)], as: 101)
      try await worker.set(1, state)
      try await worker.watermark("read", try await worker.time(of: 1))
      #expect(try await worker.message(1) == state)
    }
  }
}
