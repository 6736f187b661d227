import JobQueue
import Postgres
import TestKit

extension TestDatabase {
  func figures(_ queue: QueueName, from heads: [Int64]? = nil) async throws -> QueueFigures {
    try await pool.withTransaction(isDurable: false) { try await QueueFigures.read(queue, from: heads, in: $0) }
  }

  /// Puts `count` jobs of as many people into a queue.
  func enqueue(_ queue: QueueName, count: Int) async throws {
    try await ask(
      """
      INSERT INTO martlet.queue_\(queue.rawValue) (lane, conv, page_id, person, kind, v, payload)
      SELECT martlet.lane(c), c, '1', 'p' || i, 'message', 1, '{}'
      FROM generate_series(1, $1::int) AS i CROSS JOIN LATERAL (SELECT martlet.conv('1', 'p' || i) AS c) x
      """, .int(count))
  }

  /// A job that failed for good, of page 1 unless told otherwise.
  func bury(
    _ queue: QueueName, id: Int, person: String = "ann", page: String = "1", kind: String = "message",
    error: String = "no", minutesAgo: Int = 0
  ) async throws {
    try await ask(
      """
      INSERT INTO martlet.queue_dead
        (queue, id, conv, page_id, person, kind, v, attempts, trace, enqueued_at, payload, died_at, error)
      VALUES ($1, $2::bigint, martlet.conv($3, $4), $3, $4, $5, 2, 12, 'trace', now() - interval '1 day',
        jsonb_build_object('n', $2::bigint), clock_timestamp() - make_interval(mins => $7::int), $6)
      """, .text(queue.rawValue), .int(id), .text(page), .text(person), .text(kind), .text(error), .int(minutesAgo))
  }

  /// Lends what operators use.
  func withDeadLetters<Value: Sendable>(_ body: @Sendable (DeadLetters) async throws -> Value) async throws -> Value {
    try await pool.withConnection { try await body(DeadLetters(on: $0)) }
  }

  /// `who action queue rows` of each action.
  func actions() async throws -> [String?] {
    try await texts(
      "SELECT format('%s %s %s %s', who, action, queue, rows) AS v FROM martlet.operator_action ORDER BY id")
  }
}
