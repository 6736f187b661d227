package import Postgres

/// What an operator may do with jobs that failed for good. Everything but looking is written down.
package struct DeadLetters: Sendable {
  /// How many one transaction moves: producers of their lanes wait for it.
  static let batch = 500

  private let connection: PostgresConnection

  package init(on connection: PostgresConnection) {
    self.connection = connection
  }

  /// In the order of their ids, queue by queue.
  package func list(_ filter: DeadLetterFilter, atMost limit: Int) async throws -> [DeadLetter] {
    try await list(try await moments(filter), atMost: limit)
  }

  /// JSON. People's words: only for somebody who asked to see them.
  package func payload(_ queue: QueueName, _ id: Int64) async throws -> String? {
    try await connection.run(
      Statement(
        "operators.payload",
        "SELECT payload::text AS payload FROM martlet.queue_dead WHERE queue = $1 AND id = $2::bigint",
        [.text(queue.rawValue), .int(id)])
    ).first?.string("payload")
  }

  /// Puts back what died before this call, at the end of its lane and with no attempts. Returns how many of which queue.
  package func retry(
    _ filter: DeadLetterFilter, atMost limit: Int, by who: String
  ) async throws -> [QueueName: Int] {
    try await act("dead_retry", filter, limit, who)
  }

  /// Throws them away. Returns how many of which queue.
  package func drop(
    _ filter: DeadLetterFilter, atMost limit: Int, by who: String
  ) async throws -> [QueueName: Int] {
    try await act("dead_drop", filter, limit, who)
  }

  /// A filter whose ages have become points in time, on the database's clock.
  private struct Moments {
    let filter: DeadLetterFilter
    let after: String?
    let before: String
  }

  private func moments(_ filter: DeadLetterFilter) async throws -> Moments {
    let row = try await connection.run(
      Statement(
        "operators.now",
        """
        SELECT clock_timestamp() - COALESCE($1::interval, interval '0') AS before,
          clock_timestamp() - $2::interval AS after
        """,
        [filter.olderThan.map { .interval($0) } ?? .null, filter.newerThan.map { .interval($0) } ?? .null]))[0]
    return Moments(filter: filter, after: try row.optionalString("after"), before: try row.string("before"))
  }

  private func parameters(_ moments: Moments, _ limit: Int) -> [Parameter] {
    let filter = moments.filter
    return [
      .text(filter.queue?.rawValue), filter.ids.isEmpty ? .null : .array(filter.ids), .text(filter.pageID),
      .text(filter.person), .text(filter.kind), .text(moments.after), .text(moments.before),
      .text(filter.errorPattern), .int(limit),
    ]
  }

  private static let matching =
    "$1::text, $2::bigint[], $3::text, $4::text, $5::text, $6::timestamptz, $7::timestamptz, $8::text, $9::int"

  private func list(_ moments: Moments, atMost limit: Int) async throws -> [DeadLetter] {
    try await connection.run(
      Statement(
        "operators.dead",
        """
        SELECT queue, id, page_id, person, kind, v, attempts, trace, error,
          extract(epoch FROM clock_timestamp() - died_at) AS age,
          to_char(enqueued_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS enqueued,
          to_char(died_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS died
        FROM martlet.dead_matching(\(Self.matching))
        """, parameters(moments, limit))
    ).map { try DeadLetter($0) }
  }

  private func act(
    _ function: String, _ filter: DeadLetterFilter, _ limit: Int, _ who: String
  ) async throws -> [QueueName: Int] {
    // A job that is put back and dies again must not come round within one command.
    let moments = try await moments(filter)
    var counts: [QueueName: Int] = [:]
    var action: Int64?
    var rest = limit
    while rest > 0 {
      let done = try await step(function, moments, min(rest, Self.batch), action, who)
      guard let first = done.first else { break }
      action = first.action
      rest -= done.count
      for (target, _) in done { counts[target.queue, default: 0] += 1 }
    }
    return counts
  }

  private func step(
    _ function: String, _ moments: Moments, _ limit: Int, _ action: Int64?, _ who: String
  ) async throws -> [(target: QueueTarget, action: Int64)] {
    let statement = Statement(
      "operators.\(function)",
      """
      SELECT queue, page_id, person, action
      FROM martlet.\(function)(\(Self.matching), $10::bigint, $11::text,
        jsonb_strip_nulls(jsonb_build_object('ids', $2::bigint[], 'page', $3::text, 'person', $12::text,
          'kind', $5::text, 'after', $6::timestamptz, 'before', $7::timestamptz, 'error', $13::text)))
      """,
      parameters(moments, limit) + [
        .int(action), .text(who), .text(moments.filter.person.map { _ in "one" }), .text(moments.filter.error),
      ])
    let done = try await connection.withTransaction(isDurable: true) { transaction in
      try await transaction.run(statement).map { row in
        (
          target: QueueTarget(
            QueueName(rawValue: try row.string("queue"))!, pageID: try row.string("page_id"),
            person: try row.string("person")),
          action: try row.int64("action")
        )
      }
    }
    if function == "dead_retry", !done.isEmpty {
      // A hint, and waited for because the command may end right here: without it workers look within a second.
      _ = try? await connection.run(QueueStatements.notify(Set(done.map(\.target))))
    }
    return done
  }
}
