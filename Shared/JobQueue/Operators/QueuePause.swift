package import Postgres

/// Keeps a queue's workers from starting anything, or lets them go on. Both are written down.
package struct QueuePause: Sendable {
  private let connection: PostgresConnection

  package init(on connection: PostgresConnection) {
    self.connection = connection
  }

  /// Returns how long it had been paused before; nil when it was not.
  package func set(_ queue: QueueName, by who: String, why: String?) async throws -> Duration? {
    try await connection.withTransaction(isDurable: true) { transaction in
      try await transaction.run(
        Statement(
          "operators.pause", "SELECT martlet.operator_pause($1, $2, $3) AS before",
          [.text(queue.rawValue), .text(who), .text(why)])
      )[0].duration("before")
    }
  }

  /// Returns whether it was paused.
  package func end(_ queue: QueueName, by who: String) async throws -> Bool {
    try await connection.withTransaction(isDurable: true) { transaction in
      try await transaction.run(
        Statement(
          "operators.resume", "SELECT martlet.operator_resume($1, $2) AS was_paused",
          [.text(queue.rawValue), .text(who)])
      )[0].bool("was_paused")
    }
  }
}
