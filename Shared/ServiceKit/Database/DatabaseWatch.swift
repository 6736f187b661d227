internal import Logging
internal import Metrics
internal import Migrations
internal import Postgres
internal import ServiceLifecycle
internal import Synchronization

/// Asks PostgreSQL now and then how it is, so that no probe has to.
struct DatabaseWatch: Service {
  let pool: PostgresPool
  let logger: Logger
  private let state = State()

  private final class State: Sendable {
    let finding = Mutex(HealthState.failing(reason: "not asked yet"))
  }

  init(pool: PostgresPool, health: Health, logger: Logger) {
    self.pool = pool
    self.logger = logger
    let state = state
    health.register("database") { state.finding.withLock { $0 } }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let finding = await ask()
        let before = state.finding.withLock { old in
          defer { old = finding }
          return old
        }
        if before != finding { report(finding) }
        let counts = await pool.counts
        Gauge(label: "martlet_db_connections", dimensions: [("state", "idle")]).record(counts.idle)
        Gauge(label: "martlet_db_connections", dimensions: [("state", "leased")]).record(counts.leased)
        try? await Task.sleep(for: .seconds(1))
      }
    }
    await pool.drain()
  }

  private func ask() async -> HealthState {
    do {
      let rows = try await pool.run([
        Statement("schema.version", "SELECT max(number) AS version FROM martlet.schema_version"),
        Statement("partitions", "SELECT martlet.make_partitions() AS missing"),
      ])
      let version = try rows[0][0].optionalInt("version") ?? 0
      guard version >= Migrations.version else {
        return .failing(
          reason: "the schema is at version \(version), this build needs \(Migrations.version): run `martlet migrate`")
      }
      let missing = try rows[1][0].int("missing")
      Gauge(label: "martlet_partitions_missing").record(missing)
      guard missing == 0 else { return .failing(reason: "tomorrow's partition of \(missing) ledgers is missing") }
      return .ok(detail: "schema version \(version)")
    } catch {
      if let error = error as? PostgresError {
        Counter(label: "martlet_db_errors_total", dimensions: [("code", error.sqlState ?? error.code.rawValue)])
          .increment()
      }
      return .failing(reason: "\(error)")
    }
  }

  private func report(_ finding: HealthState) {
    switch finding {
    case .ok: logger.notice("the database is ready")
    case .failing(let reason): logger.warning("the database is not ready", metadata: ["reason": "\(reason)"])
    }
  }
}
