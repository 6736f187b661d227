import FoundationEssentials
import LocalFleet
import Migrations
import Postgres
import SocketLoop

/// The ingress bench's own connection: clears up between runs, counts what has arrived, asks what PostgreSQL costs.
struct IngressBenchDatabase: Sendable {
  let url: String
  let setup: IngressBenchSetup
  let connection: PostgresConnection
  /// PostgreSQL's first process; nil when it runs elsewhere.
  private let postmaster: Int32?

  static func open(_ url: String, _ setup: IngressBenchSetup) async throws -> IngressBenchDatabase {
    let connection = try await PostgresConnection.connect(
      PostgresConfiguration(url: url, applicationName: "martlet bench control", statementTimeout: .seconds(3600)),
      on: SocketLoop())
    try await connection.run(Statement("quiet", "SET client_min_messages = warning"))
    _ = try await Migrations.run(on: connection)
    let rows = try await connection.run(
      Statement(
        "where", "SELECT pg_backend_pid() AS pid, inet_server_addr() IS NULL AS is_here"))
    let backend = try rows[0].bool("is_here") ? Int32(rows[0].int("pid")) : nil
    let database = IngressBenchDatabase(
      url: url, setup: setup, connection: connection, postmaster: backend.flatMap(ProcessorTime.parent))
    guard try await database.arrived().events == 0 else {
      throw ToolError(
        code: .bench, doing: "measure on this database", cause: "its ledger holds events", remedy: "name an empty one")
    }
    return database
  }

  func configuration(_ role: String) -> PostgresConfiguration {
    PostgresConfiguration(url: url, applicationName: "martlet bench \(role)", statementTimeout: .seconds(120))
  }

  @discardableResult
  func run(_ name: String, _ sql: String, _ parameters: [Parameter] = []) async throws -> Rows {
    try await connection.run(Statement(name, sql, parameters))
  }

  /// Every run begins with empty files and with people that are known: a stranger costs a job more, once.
  func clear() async throws {
    try await run(
      "clear",
      "TRUNCATE martlet.event, martlet.contact, martlet.queue_understand, martlet.queue_identify, martlet.queue_receipt"
    )
    try await knowEverybody("martlet.contact")
    try await run("checkpoint", "CHECKPOINT")
  }

  func knowEverybody(_ table: String) async throws {
    try await run(
      "people",
      """
      INSERT INTO \(table) (page_id, person, last_in_at, profile_state)
      SELECT $1, p, 'epoch', 'known' FROM unnest($2::text[]) AS p ON CONFLICT DO NOTHING
      """,
      [.text(setup.credentials.pageID), .texts((0..<setup.people).map(BenchEvent.person))])
    try await run("analyze", "VACUUM (ANALYZE) \(table)")
  }

  /// Events in the ledger, and jobs in the queue.
  func arrived() async throws -> (events: Int, jobs: Int) {
    let row = try await run(
      "arrived",
      """
      SELECT (SELECT count(*) FROM martlet.event) AS events, (SELECT count(*) FROM martlet.queue_understand) AS jobs
      """)[0]
    return (try row.int("events"), try row.int("jobs"))
  }

  func flushTime() async throws -> Double { try await BenchDatabase(connection: connection).flushTime() }

  /// Of all of PostgreSQL's processes, those that have ended included; zero when it runs elsewhere.
  func processorTime() async throws -> Duration {
    guard let postmaster else { return .zero }
    return ProcessorTime.ofFamily(postmaster)
  }
}
