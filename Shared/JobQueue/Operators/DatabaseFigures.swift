package import Postgres

/// What belongs to no single queue: what can slow down all of them, and what waits to enter one.
package struct DatabaseFigures: Sendable {
  /// Messages of the outbox.
  package struct Outbox: Sendable {
    /// "urgent" or "bulk".
    package let kind: String
    package let messages: QueueFigures.Count
    /// How long the one due first has been so; below zero when it is not yet.
    package let overdue: Duration?
  }

  /// The age of the oldest transaction that keeps dead rows from being cleaned up.
  package let oldestSnapshot: Duration
  /// The same counted in transactions begun since; knows standbys and replication slots too, which tell no time.
  package let oldestSnapshotTransactions: Int
  /// Who that is.
  package let snapshotHolder: String?
  /// How full the queue of notifications is: when it is full, every commit that notifies fails.
  package let notificationUsage: Double
  package let outbox: [Outbox]

  package static func read(in transaction: Transaction) async throws -> DatabaseFigures {
    let rows = try await transaction.run([
      Statement(
        "operators.database", "SELECT s.*, pg_notification_queue_usage() AS usage FROM martlet.oldest_snapshot() s"),
      Statement("operators.outbox", "SELECT * FROM martlet.outbox_figures($1::int)", [.int(QueueFigures.bound)]),
    ])
    let row = rows[0][0]
    return DatabaseFigures(
      oldestSnapshot: try row.duration("seconds") ?? .zero,
      oldestSnapshotTransactions: try row.int("transactions"), snapshotHolder: try row.optionalString("holder"),
      notificationUsage: Double(try row.string("usage")) ?? 0,
      outbox: try rows[1].map { row in
        Outbox(
          kind: try row.string("class"),
          messages: .init(try row.int("messages"), try row.bool("is_bounded") ? .least : .exact),
          overdue: try row.duration("overdue_seconds"))
      })
  }
}
