import JobQueue
import Logging
import Metrics
import Postgres
import TestKit
import Testing

@testable import ServiceKit

@Suite("The queues on /metrics")
struct QueueSamplerTests {
  @Test("a board shows what was written last, and nothing that was not")
  func board() {
    let registry = PrometheusRegistry()
    var board = GaugeBoard(factory: registry)
    board.write([
      .init(name: "martlet_queue_depth", labels: [("queue", "send")], value: 3),
      .init(name: "martlet_queue_depth", labels: [("queue", "receipt")], value: 1),
    ])
    board.write([.init(name: "martlet_queue_depth", labels: [("queue", "send")], value: 2)])
    let text = registry.render()
    #expect(text.contains(#"martlet_queue_depth{queue="send"} 2"#))
    #expect(!text.contains("receipt"))
    board.write([])
    #expect(registry.render().isEmpty)
  }

  @Test("shows each queue's figures and the database's, and drops them when PostgreSQL tells none")
  func samples() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run([
        Statement(
          "jobs",
          """
          INSERT INTO martlet.queue_send (lane, conv, page_id, person, kind, v, payload, enqueued_at)
          SELECT 5, 5, '1', 'p', 'message', 1, '{}', now() - interval '1 h' FROM generate_series(1, 3)
          """),
        Statement(
          "parked",
          """
          INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
          VALUES ('send', 9, 9, '1', 'q', now(), 'page')
          """),
        Statement("pause", "SELECT martlet.queue_pause_set('receipt', 'ann', NULL)"),
      ])
      let registry = PrometheusRegistry()
      let sampler = QueueSampler(
        queues: [.send, .receipt], pool: database.pool, logger: Logger(label: "test"), pause: .milliseconds(10),
        factory: registry)
      let running = Task { try await sampler.run() }
      func lines() -> Set<String> { Set(registry.render().split(separator: "\n").map(String.init)) }
      // A rendering may fall into the middle of a look.
      let expected: Set<String> = [
        #"martlet_queue_depth{queue="send"} 3"#,
        #"martlet_queue_dead{queue="send"} 0"#, #"martlet_queue_lanes_starved{queue="send"} 1"#,
        #"martlet_queue_paused{queue="send"} 0"#, #"martlet_queue_paused{queue="receipt"} 1"#,
        #"martlet_conversations_parked{queue="send",reason="page"} 1"#,
        #"martlet_conversations_parked{queue="send",reason="retry"} 0"#,
        #"martlet_queue_oldest_seconds{queue="receipt"} 0"#,
      ]
      try await eventually { expected.isSubset(of: lines()) }
      let seen = lines()
      let oldest = try #require(seen.first { $0.hasPrefix(#"martlet_queue_oldest_seconds{queue="send"} "#) })
      #expect(try #require(oldest.split(separator: " ").last.flatMap { Double($0) }) >= 3600)
      #expect(seen.contains { $0.hasPrefix("martlet_oldest_snapshot_seconds ") })
      #expect(seen.contains { $0.hasPrefix("martlet_oldest_snapshot_transactions ") })
      #expect(seen.contains { $0.hasPrefix("martlet_notification_queue_usage_ratio ") })
      // A later look begins at the known heads and sees the same.
      try await database.pool.run(Statement("less", "DELETE FROM martlet.queue_send WHERE id = 1"))
      try await eventually { lines().contains(#"martlet_queue_depth{queue="send"} 2"#) }
      if Promtool.path != nil {
        let (status, complaint) = try await Promtool.check(registry.render())
        #expect(status == 0 && complaint == "", "\(complaint)")
      }
      try await database.pool.run(Statement("drop", "DROP SCHEMA martlet CASCADE"))
      try await eventually { registry.render().isEmpty }
      running.cancel()
      try await running.value
    }
  }
}
