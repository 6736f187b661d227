package import Logging
package import Postgres
internal import ServiceLifecycle

/// Moves messages that are due from the outbox into the send queue: what is urgent at once, bulk through a window.
///
/// Only `bulkWindow` bulk jobs stand in the send queue at a time, however many wait: a reply shares the queue with
/// that many at most, and never stands behind them, except behind one to the same person. Any number of processes may
/// run one; one of them moves at a time.
package actor OutboxPromoter: Service {
  /// The most urgent messages that one transaction moves.
  private static let batch = 200

  private let pool: PostgresPool
  private let bulkWindow: Int
  private let pace: Duration
  private let logger: Logger
  private nonisolated let bell = Bell()

  /// - Parameters:
  ///   - bulkWindow: Bulk jobs in the send queue at a time.
  ///   - pace: The time between two looks while bulk waits; `bulkWindow` per `pace` is the most that bulk can have.
  package init(pool: PostgresPool, bulkWindow: Int, pace: Duration = .milliseconds(100), logger: Logger) {
    self.pool = pool
    self.bulkWindow = bulkWindow
    self.pace = pace
    self.logger = logger
  }

  /// Says that something may be due.
  package nonisolated func wake() { bell.ring() }

  package func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await self.keepLooking() }
      await withGracefulShutdownHandler {
        for await _ in bell.rings { await promote() }
      } onGracefulShutdown: {
        self.bell.close()
      }
      group.cancelAll()
    }
  }

  /// What is scheduled becomes due without anybody telling.
  private func keepLooking() async throws {
    while !Task.isCancelled {
      wake()
      try? await Task.sleep(for: .seconds(1))
    }
  }

  private func promote() async {
    do {
      while !Task.isShuttingDownGracefully {
        let row = try await pool.run([
          .synchronousCommit(true),
          Statement(
            "outbox.promote", "SELECT * FROM martlet.outbox_promote($1, $2)",
            [.int(bulkWindow), .int(Self.batch)]),
        ])[1][0]
        if let lanes = try row.optionalString("lanes") {
          try await pool.run(
            Statement("outbox.notify", "SELECT martlet.queue_notify_lanes('send', $1)", [.text(lanes)]))
        }
        guard try row.bool("waiting") else { return }
        let isUrgentLeft = try row.int("moved") - row.int("bulk_moved") >= Self.batch
        if !isUrgentLeft { try await Task.sleep(for: pace) }
      }
    } catch is CancellationError {
    } catch {
      logger.debug("the outbox could not be looked at", metadata: ["error": "\(error)"])
    }
  }
}
