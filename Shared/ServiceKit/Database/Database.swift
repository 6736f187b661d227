package import JobQueue
package import Logging
package import Postgres
package import ServiceLifecycle
package import SocketLoop

/// A service's way to PostgreSQL: the loop, the pool, the watch that tells health, and the ear for notifications.
///
/// Nothing here waits for PostgreSQL at the start: a service comes up without it, says so on `/health/ready`, and
/// works as soon as database and schema are there.
package struct Database: Sendable {
  package let loop: SocketLoop
  package let pool: PostgresPool
  /// Where consumers renew their leases, whatever the work does to the other connections.
  package let leases: PostgresPool
  private let direct: PostgresConfiguration
  private let health: Health
  private let logger: Logger

  /// - Parameters:
  ///   - connections: The pool's limit.
  ///   - patience: The longest that one exchange may take.
  package init(
    _ settings: Settings, health: Health, logger: Logger, connections: Int = 8, patience: Duration = .seconds(15)
  ) throws {
    let name = "martlet \(settings.service.rawValue)"
    loop = SocketLoop()
    pool = PostgresPool(
      PostgresConfiguration(
        url: try settings.databaseURL, applicationName: name, statementTimeout: patience,
        preparesStatements: settings.string(.databaseIsPooled) != "true"),
      limit: connections, leaseTimeout: min(patience, .seconds(3)), on: loop)
    leases = PostgresPool(
      PostgresConfiguration(
        url: try settings.databaseURL, applicationName: "\(name) leases", statementTimeout: settings.lease / 3,
        preparesStatements: settings.string(.databaseIsPooled) != "true"),
      limit: 1, leaseTimeout: settings.lease / 3, on: loop)
    direct = PostgresConfiguration(url: try settings.databaseDirectURL, applicationName: "\(name) listener")
    self.health = health
    self.logger = logger
  }

  /// Keeps the state of the database for health checks, and the ledgers' partitions ahead of time.
  package func watch() -> any Service {
    DatabaseWatch(pool: pool, health: health, logger: logger)
  }

  /// Shows the figures of queues on `/metrics`: of those that a service reads, and of those it writes, because a reader
  /// that is gone tells nothing.
  package func sample(_ queues: QueueName...) -> any Service {
    QueueSampler(queues: queues, pool: pool, logger: logger)
  }

  /// Drops the ledgers' partitions that are older than they are kept. One service has it; of its copies one does it at a
  /// time.
  ///
  /// - Parameter holder: A UUID that tells this process from the others.
  package func retention(as holder: String) -> any Service {
    var patient = direct
    patient.applicationName = "martlet retention"
    patient.statementTimeout = .seconds(120)
    patient.preparesStatements = false
    return PartitionKeeper(
      pool: PostgresPool(patient, limit: 1, on: loop), holder: holder, logger: logger)
  }

  /// Runs the consumers' ear: each is woken by its queue's notifications.
  package func listener(for consumer: QueueConsumer, of queue: QueueName) -> any Service {
    listener([queue: { consumer.wake(lanes: $0) }])
  }

  /// - Parameter outbox: Told when a message was written that the bot is to send by itself.
  package func listener(
    _ consumers: [QueueName: @Sendable (_ lanes: String?) -> Void], outbox: OutboxPromoter? = nil
  ) -> any Service {
    var byChannel = Dictionary(uniqueKeysWithValues: consumers.map { ("martlet_\($0.key.rawValue)", $0.value) })
    if let outbox { byChannel["martlet_outbox"] = { _ in outbox.wake() } }
    return listener(byChannel: byChannel)
  }

  private func listener(byChannel: [String: @Sendable (_ lanes: String?) -> Void]) -> any Service {
    let listener = PostgresListener(direct, channels: byChannel.keys.sorted(), on: loop, logger: logger) { event in
      switch event {
      case .listening: for wake in byChannel.values { wake(nil) }
      case .notification(let channel, let lanes): byChannel[channel]?(lanes)
      }
    }
    // Without it work is found by polling, a second later: slower, not broken.
    health.register("listen", critical: false) {
      listener.failure.map { .failing(reason: "\($0)") } ?? .ok()
    }
    return listener
  }

  /// Tells health how a consumer is. A replica without lanes is ready: it takes over when another goes.
  package func watch(_ consumer: QueueConsumer, of queue: QueueName) {
    health.register("queue \(queue.rawValue)") {
      let status = consumer.status
      if let failure = status.failure { return .failing(reason: failure) }
      let work = "\(status.lanes) lanes, \(status.running) running"
      return .ok(detail: status.isPaused ? "\(work), paused by an operator" : work)
    }
  }
}
