internal import JobQueue
internal import Logging
internal import Metrics
internal import Postgres
internal import ServiceLifecycle

/// Shows on `/metrics` how queues are, as `martlet queue status` does, whoever of their workers lives or not.
struct QueueSampler: Service {
  let queues: [QueueName]
  let pool: PostgresPool
  let logger: Logger
  var pause = Duration.seconds(15)
  /// Nil: the one that the process has set up.
  var factory: (any MetricsFactory)?

  /// The longest that one statement may take: what is slow then is made slower by asking.
  private static let patience = "2s"
  /// Now and then everything is looked at anew: a crash of PostgreSQL may bring back ids below the known heads.
  private static let lookEverywhereEvery = 20
  /// A look that took too long is taken again after so many turns.
  private static let tryAgainEvery = 4

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var board = GaugeBoard(factory: factory)
      var heads: [QueueName: [Int64]] = [:]
      var failure: String?
      var turn = 0
      while !Task.isCancelled {
        let before = failure
        board.write(await look(turn, &heads, &failure))
        if before == nil, let failure {
          logger.warning("figures of the queues could not be read", metadata: ["reason": "\(failure)"])
        }
        turn += 1
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// - Parameters:
  ///   - heads: What the look before told, by queue.
  ///   - failure: Of the last look that was tried; nil when all of it went well.
  private func look(
    _ turn: Int, _ heads: inout [QueueName: [Int64]], _ failure: inout String?
  ) async -> [GaugeBoard.Value] {
    var values: [GaugeBoard.Value] = []
    var failures: [any Error] = []
    do {
      values += try await ask { QueueGauges.values(of: try await DatabaseFigures.read(in: $0)) }
    } catch {
      failures.append(error)
    }
    let everywhere = turn % Self.lookEverywhereEvery == 0
    for queue in queues {
      let known = heads[queue]
      if known == nil, failure != nil, turn % Self.tryAgainEvery != 0 { continue }
      do {
        let figures = try await figures(of: queue, known, everywhere: everywhere)
        heads[queue] = figures.heads
        values += QueueGauges.values(of: figures)
      } catch {
        failures.append(error)
      }
    }
    if let first = failures.first {
      failure = "\(first)"
    } else if heads.count == queues.count {
      failure = nil
    }
    return values
  }

  private func figures(of queue: QueueName, _ known: [Int64]?, everywhere: Bool) async throws -> QueueFigures {
    do {
      return try await ask { try await QueueFigures.read(queue, from: everywhere ? nil : known, in: $0) }
    } catch let error as PostgresError where everywhere && known != nil && !error.isUnavailable {
      return try await ask { try await QueueFigures.read(queue, from: known, in: $0) }
    }
  }

  private func ask<Value: Sendable>(_ read: @Sendable (Transaction) async throws -> Value) async throws -> Value {
    try await pool.withTransaction(isDurable: false) { transaction in
      try await transaction.run(
        Statement("figures.patience", "SELECT set_config('statement_timeout', '\(Self.patience)', true)"))
      return try await read(transaction)
    }
  }
}

/// Figures as gauges.
enum QueueGauges {
  static func values(of figures: QueueFigures) -> [GaugeBoard.Value] {
    let queue = ("queue", figures.queue.rawValue)
    func value(_ name: String, _ value: Double, _ labels: [(String, String)] = []) -> GaugeBoard.Value {
      GaugeBoard.Value(name: name, labels: [queue] + labels, value: value)
    }
    return [
      value("martlet_queue_depth", Double(figures.depth.value)),
      value("martlet_queue_oldest_seconds", (figures.oldest ?? .zero) / .seconds(1)),
      value("martlet_queue_dead", Double(figures.dead.value)),
      value("martlet_queue_lanes_starved", Double(figures.stuckLanes.count)),
      value("martlet_queue_paused", figures.pause == nil ? 0 : 1),
    ]
      + ParkReason.allCases.map { reason in
        let waiting = figures.waits.first { $0.reason == reason.rawValue }?.conversations.value ?? 0
        return value("martlet_conversations_parked", Double(waiting), [("reason", reason.rawValue)])
      }
  }

  static func values(of figures: DatabaseFigures) -> [GaugeBoard.Value] {
    [
      .init(name: "martlet_oldest_snapshot_seconds", value: figures.oldestSnapshot / .seconds(1)),
      .init(name: "martlet_oldest_snapshot_transactions", value: Double(figures.oldestSnapshotTransactions)),
      .init(name: "martlet_notification_queue_usage_ratio", value: figures.notificationUsage),
    ]
      + figures.outbox.flatMap { part in
        [
          GaugeBoard.Value(
            name: "martlet_outbox_messages", labels: [("class", part.kind)], value: Double(part.messages.value)),
          GaugeBoard.Value(
            name: "martlet_outbox_overdue_seconds", labels: [("class", part.kind)],
            value: max(0, (part.overdue ?? .zero) / .seconds(1))),
        ]
      }
  }
}
