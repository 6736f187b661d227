import Postgres
import TestKit
import Testing

@Suite("What may not go is not begun")
struct LawTests {
  private static let day = Duration.seconds(24 * 3600)

  private func withWorker(_ body: @Sendable (SendWorker) async throws -> Void) async throws {
    try await TestDatabase.with { try await body(SendWorker.start(in: $0)) }
  }

  private func attempts(_ worker: SendWorker) async throws -> Int {
    try await worker.database.number("SELECT count(*) AS n FROM martlet.send_attempt")
  }

  @Test("a person who has been silent for longer than the window is told of as too late, and no attempt stands")
  func window() async throws {
    try await withWorker { worker in
      try await worker.contact("ann", wrote: Self.day + .seconds(1))
      try await worker.contact("bob", wrote: Self.day - .seconds(60))
      try await worker.contact("cat", wrote: nil)
      let rows = [
        try await worker.put(1), try await worker.put(2, to: "bob"), try await worker.put(3, to: "cat"),
        try await worker.put(4, to: "nobody we know"),
      ]
      #expect(try await worker.attempt(rows, as: 101, .update) == ["too_late", "started", "too_late", "too_late"])
      #expect(try await attempts(worker) == 1)
      #expect(try await worker.message(1) == nil)
      #expect(try await worker.attempt([rows[0]], as: 201, .utility) == ["started"])
    }
  }

  @Test("a window that closed while a message waited keeps it from being tried again, also by the page's rule")
  func closedMeanwhile() async throws {
    try await withWorker { worker in
      try await worker.contact("ann", wrote: .zero)
      let row = try await worker.put(1)
      #expect(try await worker.attempt([row], as: 101, .update) == ["started"])
      try await worker.contact("ann", wrote: Self.day)
      // Known to have an open outcome: that comes first, until the rule says to send again.
      #expect(try await worker.attempt([row], as: 201, .update) == ["sending 101"])
      #expect(try await worker.attempt([row], as: 301, resends: 101, .update) == ["too_late"])
      try await worker.outcome(1, attempt: 101, "waiting")
      #expect(try await worker.attempt([row], as: 401, .update) == ["too_late"])
      #expect(try await attempts(worker) == 1)
    }
  }

  @Test("what a reference did opens nobody else's window, what its person did opens the reference's")
  func reference() async throws {
    try await withWorker { worker in
      try await worker.contact("ref:r1", wrote: nil)
      let row = try await worker.put(1, to: "ref:r1")
      #expect(try await worker.attempt([row], as: 101, .update) == ["too_late"])
      try await worker.contact("ann", wrote: .zero)
      try await worker.database.ask("UPDATE martlet.contact SET joined_to = 'ann' WHERE person = 'ref:r1'")
      #expect(try await worker.attempt([row], as: 201, .update) == ["started"])
    }
  }

  @Test("a message that is barred stands with its reason and what to do, once, and only if it is not settled")
  func bar() async throws {
    try await withWorker { worker in
      func bar(_ number: Int) async throws {
        try await worker.database.ask(
          """
          SELECT martlet.send_bar('{1}', '{ann}', $1::uuid[], '{too_late}', '{law}', '{It is late.}', '{Wait.}',
            ARRAY['{"kind":"update"}'])
          """, .array([Optional(uuid(number))]))
      }
      try await bar(1)
      _ = try await worker.attempt([worker.put(2)], as: 101)
      try await worker.outcome(2, attempt: 101, "sent", mid: "m_2")
      try await bar(2)
      #expect(try await worker.message(1) == "too_late law")
      #expect(try await worker.message(2) == "sent m_2 call")
      let told = try await worker.database.texts(
        "SELECT concat_ws('|', error, remedy, grounds ->> 'kind', attempts) AS v FROM martlet.message WHERE state = 'too_late'"
      )
      #expect(told == ["It is late.|Wait.|update|0"])
      let outcomes = "SELECT count(*) AS n FROM martlet.send_outcome WHERE settled_by = 'law'"
      #expect(try await worker.database.number(outcomes) == 1)
    }
  }

  @Test("where somebody else speaks, what gives way is told so, and what does not goes; an app's thread holds all back")
  func silence() async throws {
    try await withWorker { worker in
      try await worker.contact("ann", wrote: .zero)
      let (reply, update) = (try await worker.put(1), try await worker.put(2))
      try await worker.database.ask(
        "UPDATE martlet.contact SET paused_until = clock_timestamp() + interval '1 h'")
      #expect(try await worker.attempt([reply], as: 101, .reply) == ["silent"])
      #expect(try await worker.attempt([update], as: 201, .update) == ["started"])

      let third = try await worker.put(3)
      try await worker.database.ask(
        "UPDATE martlet.contact SET paused_until = NULL, thread_owner = 'inbox', thread_at = clock_timestamp()")
      #expect(try await worker.attempt([reply], as: 301, .reply) == ["silent"])
      #expect(try await worker.attempt([third], as: 401, .update) == ["led"])
      // Meta lets a thread go that was silent for a day.
      try await worker.database.ask(
        "UPDATE martlet.contact SET thread_at = thread_at - interval '25 h', last_in_at = last_in_at - interval '25 h'")
      #expect(try await worker.attempt([third], as: 501, .utility) == ["started"])
    }
  }

  @Test("what a person sends by us silences the bot for a while, unless nothing is to")
  func human() async throws {
    try await withWorker { worker in
      try await worker.contact("ann", wrote: .zero)
      try await worker.contact("bob", wrote: .zero)
      let human = Terms(window: .seconds(7 * 24 * 3600), isHuman: true)
      let (ann, bob) = (try await worker.put(1), try await worker.put(2, to: "bob"))
      #expect(try await worker.attempt([ann], as: 101, human, takeover: .seconds(600)) == ["started"])
      #expect(try await worker.attempt([bob], as: 201, human) == ["started"])
      let silent = try await worker.database.texts(
        "SELECT person AS v FROM martlet.contact WHERE paused_until > clock_timestamp() + interval '9 min'")
      #expect(silent == ["ann"])
      #expect(try await worker.attempt([worker.put(3)], as: 301, .reply) == ["silent"])
    }
  }

  @Test("a one-time token goes with one message; one that was taken back or is too old goes with none")
  func tokens() async throws {
    try await withWorker { worker in
      try await worker.database.ask(
        """
        INSERT INTO martlet.contact_optin (page_id, person, kind, key, status, token, expires_at, opted_at, changed_at)
        VALUES ('1', 'ann', 'one_time', 'a', 'active', 'once', now() + interval '1 h', now(), now()),
          ('1', 'ann', 'marketing', 'b', 'active', 'often', NULL, now(), now()),
          ('1', 'ann', 'marketing', 'c', 'stopped', 'stopped', NULL, now(), now()),
          ('1', 'ann', 'one_time', 'd', 'active', 'old', now() - interval '1 s', now(), now())
        """)
      var number = 0
      func answer(_ token: String) async throws -> String {
        number += 1
        return try await worker.attempt([worker.put(number)], as: number * 100, Terms(token: token))[0]
      }
      #expect(try await answer("once") == "started")
      #expect(try await answer("once") == "spent")
      #expect(try await answer("often") == "started")
      #expect(try await answer("often") == "started")
      #expect(try await answer("stopped") == "stopped")
      #expect(try await answer("old") == "expired")
      #expect(try await answer("unknown to us") == "started")
      // Meta did not take the message, so it did not take the token.
      try await worker.outcome(1, attempt: 100, "refused")
      #expect(try await answer("once") == "started")
    }
  }
}
