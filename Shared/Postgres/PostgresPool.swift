package import SocketLoop

/// Lends connections: never more than `limit`, each to one borrower at a time; broken ones are replaced.
///
/// While PostgreSQL is out of reach every borrower gets the error at once: the pool tries again at most every
/// `retryPause`, so that a crowd of requests does not become a crowd of connection attempts.
package actor PostgresPool {
  private struct Waiter {
    let id: Int
    let continuation: CheckedContinuation<PostgresConnection, any Error>
    let deadline: LoopTimer
  }

  package nonisolated let loop: SocketLoop
  package nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
  package nonisolated let configuration: PostgresConfiguration

  private let limit: Int
  private let leaseTimeout: Duration
  private let retryPause: Duration
  private var idle: [PostgresConnection] = []
  private var total = 0
  private var waiters: [Waiter] = []
  private var nextWaiter = 0
  private var lastFailure: (error: PostgresError, at: ContinuousClock.Instant)?

  package init(
    _ configuration: PostgresConfiguration, limit: Int = 8, leaseTimeout: Duration = .seconds(3),
    retryPause: Duration = .milliseconds(200), on loop: SocketLoop
  ) {
    self.configuration = configuration
    self.limit = limit
    self.leaseTimeout = leaseTimeout
    self.retryPause = retryPause
    self.loop = loop
  }

  /// Why PostgreSQL cannot be reached right now; nil when the last attempt went well, or none was made.
  package var failure: PostgresError? { lastFailure?.error }

  package var counts: (idle: Int, leased: Int) { (idle.count, total - idle.count) }

  @discardableResult
  package nonisolated func withConnection<Value: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    let connection = try await lease()
    do {
      let value = try await body(connection)
      await release(connection)
      return value
    } catch {
      await release(connection)
      throw error
    }
  }

  @discardableResult
  package nonisolated func withTransaction<Value: Sendable>(
    isDurable: Bool, _ body: @Sendable (Transaction) async throws -> Value
  ) async throws -> Value {
    try await withConnection { try await $0.withTransaction(isDurable: isDurable, body) }
  }

  /// One exchange on any connection: see ``PostgresConnection/run(_:)-([Statement])``.
  @discardableResult
  package nonisolated func run(_ statements: [Statement]) async throws -> [Rows] {
    try await withConnection { try await $0.run(statements) }
  }

  @discardableResult
  package nonisolated func run(_ statement: Statement) async throws -> Rows {
    try await run([statement])[0]
  }

  /// Closes what is idle; leased connections close when they come back.
  package func drain() async {
    let closing = idle
    idle = []
    total -= closing.count
    for connection in closing { await connection.close() }
  }

  private func lease() async throws -> PostgresConnection {
    while let connection = idle.popLast() {
      if connection.isOpen { return connection }
      total -= 1
    }
    if total < limit { return try await open() }
    return try await withCheckedThrowingContinuation { continuation in
      nextWaiter += 1
      let id = nextWaiter
      let deadline = loop.schedule(after: leaseTimeout) { [weak self] in self?.assumeIsolated { $0.expire(id) } }
      waiters.append(Waiter(id: id, continuation: continuation, deadline: deadline))
    }
  }

  private func open() async throws -> PostgresConnection {
    if let lastFailure, lastFailure.at.duration(to: .now) < retryPause { throw lastFailure.error }
    total += 1
    do {
      let connection = try await PostgresConnection.connect(configuration, on: loop)
      lastFailure = nil
      return connection
    } catch {
      total -= 1
      if let error = error as? PostgresError { lastFailure = (error, .now) }
      serveNext(error: error)
      throw error
    }
  }

  private func release(_ connection: PostgresConnection) async {
    if connection.isOpen {
      if let waiter = popWaiter() { waiter.continuation.resume(returning: connection) } else { idle.append(connection) }
      return
    }
    total -= 1
    guard let waiter = popWaiter() else { return }
    do { waiter.continuation.resume(returning: try await open()) } catch { waiter.continuation.resume(throwing: error) }
  }

  /// A place became free by a failed attempt: whoever waits for a place would only see the same failure.
  private func serveNext(error: any Error) {
    while let waiter = popWaiter() { waiter.continuation.resume(throwing: error) }
  }

  private func popWaiter() -> Waiter? {
    guard !waiters.isEmpty else { return nil }
    let waiter = waiters.removeFirst()
    loop.cancel(waiter.deadline)
    return waiter
  }

  private func expire(_ id: Int) {
    guard let index = waiters.firstIndex(where: { $0.id == id }) else { return }
    let waiter = waiters.remove(at: index)
    waiter.continuation.resume(throwing: PostgresError(code: .poolExhausted, operation: "leasing a connection"))
  }
}
