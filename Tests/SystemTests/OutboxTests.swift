import JSON
import LocalFleet
import Postgres
import Testing

extension SystemTests {
  @Test(
    "what the owner's server sends by SQL goes out in order, with its delays, and not before it is due",
    .timeLimit(.minutes(2)))
  func outbox() async throws {
    try await TestSystem.with { system in
      try await system.simulator.introduce(psid: "7500", firstName: "Ada", lastName: "L")
      // Opens the window; the bot's own answer is the first message.
      #expect(try await system.simulator.say("hello", psid: "7500") != nil)
      let page = system.credentials.pageID
      func send(_ text: String, _ more: String = "") async throws {
        try await system.database.run(
          Statement(
            "send", "SELECT martlet.send($1, '7500', jsonb_build_object('text', $2::text)\(more))",
            [.text(page), .text(text)]))
      }
      try await send("tomorrow", ", due => now() + interval '1 day'")
      try await send("the van has left its yard")
      try await send("and is on the A1")
      #expect(
        try await system.waitUntil("7500", received: 3).suffix(2) == ["the van has left its yard", "and is on the A1"])

      // Two parts with a pause before each: the second pause counts from the first part, and what comes behind waits.
      for (text, delay) in [("one", 300), ("two", 300), ("three", 0)] {
        try await system.database.run(
          Statement(
            "delayed",
            """
            WITH locked AS MATERIALIZED (SELECT martlet.queue_lock('{send}', ARRAY[$1], '{7500}'))
            SELECT martlet.queue_send_put(ARRAY[$1], '{7500}', '{message}', '{1}', ARRAY[NULL::text], ARRAY[
              jsonb_build_object('message_id', gen_random_uuid(), 'delay_ms', $3::int,
                'message', jsonb_build_object('recipient', '7500', 'text', $2::text))::text])
            FROM locked
            """, [.text(page), .text(text), .int(delay)]))
      }
      let texts = try await system.waitUntil("7500", received: 6)
      #expect(texts.suffix(3) == ["one", "two", "three"])
      let gaps = try await system.database.run(
        Statement(
          "gaps",
          """
          SELECT (extract(epoch FROM attempt_at - lag(attempt_at) OVER (ORDER BY attempt_at)) * 1000)::int AS ms
          FROM martlet.message WHERE attempt_at IS NOT NULL ORDER BY attempt_at
          """)
      ).map { try $0.optionalInt("ms") ?? 0 }
      #expect(gaps[4] >= 300)
      let waiting = try await system.database.run(Statement("left", "SELECT count(*) AS n FROM martlet.outbox"))
      #expect(try waiting[0].int("n") == 1)
    }
  }
}
