import JSON
import JobQueue
import Postgres
import TestKit
import Testing

@testable import CLI

@Suite("what `martlet queue` prints")
struct QueuePrintingTests {
  @Test("exact, least and estimated figures look different")
  func counts() {
    #expect(QueueFigures.Count(12).text == "12")
    #expect(QueueFigures.Count(10_001, .least).text == "10001+")
    #expect(QueueFigures.Count(1_200_000, .estimate).text == "~1200000")
  }

  @Test("text from elsewhere neither moves the cursor nor breaks a line")
  func printable() {
    #expect(Printable.line("a\u{1B}[31mb\nc\u{9B}d") == "a [31mb c d")
    #expect(Printable.line("abcdef", limit: 4) == "abc…")
  }

  @Test("what was done is told by queue, the queues in their order")
  func summary() throws {
    #expect(
      DeadLetterPrint.summary("put back", [.send: 2, .understand: 1], json: false) == "3 put back: understand 1, send 2"
    )
    #expect(DeadLetterPrint.summary("dropped", [:], json: false) == "0 dropped")
    #expect(
      DeadLetterPrint.summary("dropped", [.send: 2], json: true) == #"{"count":2,"queues":{"send":2}}"#)
  }

  @Test("the status of a database in trouble says where, and as JSON the same")
  func status() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run([
        Statement(
          "jobs",
          """
          INSERT INTO martlet.queue_send (lane, conv, page_id, person, kind, v, payload)
          SELECT 5, 5, '1', 'p', 'message', 1, '{}' FROM generate_series(1, 3)
          """),
        Statement(
          "parked",
          """
          INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
          VALUES ('send', 9, 9, '1', 'q', now() - interval '1 s', 'page')
          """),
        Statement("outbox", "SELECT martlet.send('1', 'p', '{\"text\": \"hi\"}', 'bulk', now() - interval '1 h')"),
        Statement("pause", "SELECT martlet.queue_pause_set('understand', 'ann', 'new bot')"),
        Statement(
          "lease",
          "SELECT count(*) FROM martlet.queue_lease('understand', $1::uuid, interval '10 s', '{}')",
          [.text("00000000-0000-4000-8000-000000000001")]),
      ])
      let connection = try await database.connect()
      var report = try await StatusReport.read(QueueName.allCases, on: connection, after: nil)
      report.rates[.send] = StatusReport.Rate(into: 12.34, out: 0)
      let text = report.text
      let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
      #expect(lines[0] == "queue jobs parked jobs oldest in line dead in/s out/s lanes held workers")
      #expect(lines[1].hasPrefix("understand 0 0 – 0 – – 64 of 64 1"))
      #expect(lines[4].hasPrefix("send 3 0 0."))
      #expect(lines[4].hasSuffix("s 0 12.3 0.0 0 of 64 0"))
      #expect(lines.contains("send page 1 due"))
      #expect(lines.contains("bulk 1 for 1 h"))
      #expect(lines.contains { $0.hasPrefix("understand 00000000 64 0.") && $0.hasSuffix("s ago working") })
      #expect(lines.contains("send – 64 – free"))
      #expect(lines.contains("starved: send has jobs in lanes that nobody works on (5); is outbound running?"))
      #expect(lines.contains { $0.hasPrefix("paused: understand, for 0.") && $0.hasSuffix("s, by ann: new bot") })
      #expect(lines.contains { $0.hasPrefix("oldest snapshot: ") })
      #expect(lines.last == "notification queue: 0.0 % full")

      let json = try JSON(parsing: report.json.serialized())
      #expect(json["outbox"]?[1]?["messages"] == 1)
      let send = try #require(json["queues"]?[3])
      #expect(send["queue"] == "send" && send["depth"] == 3 && send["depth_is"] == "exact")
      #expect(send["lanes_starved"] == [5])
      #expect(send["parked"]?[0]?["reason"] == "page")
      #expect(send["per_second"]?["in"]?.double == 12.34)
      #expect(send["paused"] == .null)
      #expect(json["queues"]?[0]?["paused"]?["why"] == "new bot")
      #expect(json["queues"]?[0]?["oldest_seconds"] == .null)
      await connection.close()
    }
  }

  @Test("rates are what came and went between two looks")
  func rates() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      var first = try await StatusReport.read([.send], on: connection, after: nil)
      #expect(first.rates.isEmpty)
      try await connection.run([
        Statement(
          "jobs",
          """
          INSERT INTO martlet.queue_send (lane, conv, page_id, person, kind, v, payload)
          SELECT 5, 5, '1', 'p', 'message', 1, '{}' FROM generate_series(1, 30)
          """),
        Statement("gone", "DELETE FROM martlet.queue_send WHERE id <= 10"),
        Statement("flush", "SELECT pg_stat_force_next_flush()"),
      ])
      var second = try await StatusReport.read([.send], on: connection, after: first)
      first.at = second.at - .seconds(2)
      second.rates = second.rates(since: first)
      #expect(second.rates[.send]?.into == 15)
      #expect(second.rates[.send]?.out == 5)
      await connection.close()
    }
  }
}
