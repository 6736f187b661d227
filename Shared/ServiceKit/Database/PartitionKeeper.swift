internal import Logging
internal import Metrics
internal import Postgres
internal import ServiceLifecycle

/// Retention: drops the ledgers' partitions that are older than `martlet.ledger` keeps them, and shows how far back each
/// ledger reaches.
///
/// A partition is detached concurrently, which holds nobody up, and then dropped; each step stands alone, so whoever
/// comes next goes on where another was cut short.
struct PartitionKeeper: Service {
  /// On connections of its own: detaching waits for whoever reads the ledger.
  let pool: PostgresPool
  /// A UUID.
  let holder: String
  let logger: Logger
  var pause = Duration.seconds(600)
  /// Nil: the one that the process has set up.
  var factory: (any MetricsFactory)?

  /// How long PostgreSQL may wait for readers of a partition; it is tried again after the pause.
  private static let patience = "100s"
  /// How long a holder that says nothing more is waited for.
  private static let claim = Duration.seconds(300)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var board = GaugeBoard(factory: factory)
      while !Task.isCancelled {
        do {
          let dropped = try await dropOld()
          if !dropped.isEmpty {
            logger.notice(
              "old partitions dropped", metadata: ["partitions": "\(dropped.joined(separator: " "))"])
          }
          board.write(try await ages())
        } catch {
          logger.warning("old partitions are left for later", metadata: ["error": "\(error)"])
        }
        await pool.drain()
        try? await Task.sleep(for: pause)
      }
    }
    await pool.drain()
  }

  /// Drops what is over, unless another process is at it. Returns the names of what it dropped.
  func dropOld() async throws -> [String] {
    try await pool.withConnection { connection in
      // The connection is past any pooler, and ends with the turn.
      try await connection.run(
        Statement("retention.patience", "SELECT set_config('statement_timeout', '\(Self.patience)', false)"))
      var dropped: [String] = []
      guard try await claim(on: connection) else { return dropped }
      for partition in try await connection.run(Self.over) {
        guard !Task.isCancelled, try await claim(on: connection) else { break }
        for step in try Self.steps(partition) { try await connection.run(step) }
        dropped.append(try partition.string("partition"))
      }
      try await connection.run(Statement("retention.end", "SELECT martlet.upkeep_end('retention', $1::uuid)", [me]))
      return dropped
    }
  }

  private var me: Parameter { .text(holder) }

  private func claim(on connection: PostgresConnection) async throws -> Bool {
    try await connection.run(
      Statement(
        "retention.claim", "SELECT martlet.upkeep_claim('retention', $1::uuid, $2::interval) AS is_mine",
        [me, .interval(Self.claim)]))[0].bool("is_mine")
  }

  private static let over = Statement("retention.over", "SELECT * FROM martlet.partitions_over()")

  /// Each in a transaction of its own, as PostgreSQL demands.
  private static func steps(_ row: Row) throws -> [Statement] {
    let (ledger, partition) = (try row.string("ledger"), try row.string("partition"))
    func detach(_ how: String) -> Statement {
      Statement(
        "retention.detach", "ALTER TABLE martlet.\"\(ledger)\" DETACH PARTITION martlet.\"\(partition)\" \(how)")
    }
    let drop = Statement("retention.drop", "DROP TABLE martlet.\"\(partition)\"")
    return switch try row.string("state") {
    case "attached": [detach("CONCURRENTLY"), drop]
    case "detaching": [detach("FINALIZE"), drop]
    default: [drop]
    }
  }

  private func ages() async throws -> [GaugeBoard.Value] {
    try await pool.run(Statement("retention.ages", "SELECT * FROM martlet.ledger_ages()")).flatMap { row in
      let ledger = ("ledger", try row.string("ledger"))
      return [
        GaugeBoard.Value(
          name: "martlet_ledger_oldest_seconds", labels: [ledger], value: Double(try row.int("oldest_days")) * 86_400),
        GaugeBoard.Value(name: "martlet_partitions_overdue", labels: [ledger], value: Double(try row.int("overdue"))),
      ]
    }
  }
}
