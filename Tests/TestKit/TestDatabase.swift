internal import LocalCluster
internal import Migrations
package import Postgres
package import SocketLoop

/// A migrated database of its own for one test, on a PostgreSQL that all tests of the process share.
///
/// A database rather than a schema: advisory locks and notifications are the database's, so tests run side by side
/// without hearing each other.
package struct TestDatabase: Sendable {
  package let url: String
  package let name: String
  package let loop: SocketLoop
  package let pool: PostgresPool

  package var configuration: PostgresConfiguration {
    PostgresConfiguration(url: url, applicationName: "tests")
  }

  /// Lends a fresh database and drops it afterwards.
  package static func with<Value: Sendable>(
    poolLimit: Int = 8, _ body: @Sendable (TestDatabase) async throws -> Value
  ) async throws -> Value {
    let name = try await SharedCluster.instance.newDatabase()
    let url = try await SharedCluster.instance.url(name)
    let loop = SharedCluster.loop
    let pool = PostgresPool(
      PostgresConfiguration(url: url, applicationName: "tests"), limit: poolLimit, on: loop)
    let value: Value
    do {
      value = try await body(TestDatabase(url: url, name: name, loop: loop, pool: pool))
    } catch {
      await pool.drain()
      try? await SharedCluster.instance.drop(name)
      throw error
    }
    await pool.drain()
    try? await SharedCluster.instance.drop(name)
    return value
  }

  package func connect() async throws -> PostgresConnection {
    try await PostgresConnection.connect(configuration, on: loop)
  }
}

/// The one cluster of a test process, its databases copied from one that was migrated once.
private actor SharedCluster {
  static let instance = SharedCluster()
  static let loop = SocketLoop()

  private var starting: Task<(LocalCluster, PostgresConnection), any Error>?
  private var count = 0

  func url(_ database: String) async throws -> String {
    try await started().0.url(database: database)
  }

  func newDatabase() async throws -> String {
    let (_, connection) = try await started()
    count += 1
    let name = "test_\(count)"
    try await connection.run(Statement("create", "CREATE DATABASE \(name) TEMPLATE martlet_template"))
    return name
  }

  func drop(_ name: String) async throws {
    try await started().1.run(Statement("drop", "DROP DATABASE \(name) WITH (FORCE)"))
  }

  private func started() async throws -> (LocalCluster, PostgresConnection) {
    if let starting { return try await starting.value }
    // Belongs to every test that waits for it, so that the first one's cancellation does not end it for the others.
    let task = Task {
      let cluster = try await LocalCluster.throwaway()
      try await cluster.createDatabase("martlet_template")
      let template = try await PostgresConnection.connect(
        PostgresConfiguration(url: cluster.url(database: "martlet_template"), applicationName: "tests"), on: Self.loop)
      _ = try await Migrations.run(on: template)
      await template.close()
      // Every test's database is made on this one connection, and a busy machine makes a hundred of them wait in line.
      let connection = try await PostgresConnection.connect(
        PostgresConfiguration(url: cluster.url(), applicationName: "tests", statementTimeout: .seconds(300)),
        on: Self.loop)
      return (cluster, connection)
    }
    starting = task
    return try await task.value
  }
}
