import Postgres
import SocketLoop
import Synchronization

/// By which way everybody reaches PostgreSQL at the moment: straight, or through PgBouncer; and whether producers notify.
final class ChaosRoute: Sendable {
  private struct State {
    var isPooled = false
    var notifies = true
  }

  let directURL: String
  let pooledURL: String
  /// Straight to PostgreSQL, whatever is switched.
  let direct: PostgresPool
  private let pooled: PostgresPool
  private let state = Mutex(State())

  init(directURL: String, pooledURL: String, on loop: SocketLoop) {
    self.directURL = directURL
    self.pooledURL = pooledURL
    func pool(_ url: String, preparesStatements: Bool) -> PostgresPool {
      PostgresPool(
        PostgresConfiguration(
          url: url, applicationName: "chaos", statementTimeout: .seconds(12), preparesStatements: preparesStatements),
        limit: 12, on: loop)
    }
    direct = pool(directURL, preparesStatements: true)
    pooled = pool(pooledURL, preparesStatements: false)
  }

  var isPooled: Bool {
    get { state.withLock { $0.isPooled } }
    set { state.withLock { $0.isPooled = newValue } }
  }

  var notifies: Bool {
    get { state.withLock { $0.notifies } }
    set { state.withLock { $0.notifies = newValue } }
  }

  var url: String { isPooled ? pooledURL : directURL }
  var pool: PostgresPool { isPooled ? pooled : direct }
}
