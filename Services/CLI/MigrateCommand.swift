import ArgumentParser
import FoundationEssentials
import Migrations
import Postgres
import ServiceKit
import SocketLoop

struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the database's schema up to date.",
    discussion: """
      Waits for the database when it is not up yet. The address is that of --database-url, or of \
      MARTLET_DATABASE_DIRECT_URL, or of MARTLET_DATABASE_URL (each also as …_FILE).
      """)

  @Option(name: .customLong("database-url"), help: "PostgreSQL, as a libpq URI.")
  var databaseURL: String?

  @Option(help: "Seconds to wait for the database.")
  var wait = 60

  func run() async throws {
    let url = try databaseURL ?? Settings(service: .ingress, arguments: ["martlet"]).databaseDirectURL
    let loop = SocketLoop()
    let connection = try await connect(
      PostgresConfiguration(
        url: url, applicationName: "martlet migrate", statementTimeout: .seconds(3600)), on: loop)
    let applied = try await Migrations.run(on: connection)
    print(applied.isEmpty ? "the schema is up to date" : "applied \(applied.joined(separator: ", "))")
  }

  private func connect(
    _ configuration: PostgresConfiguration, on loop: SocketLoop
  ) async throws -> PostgresConnection {
    let deadline = ContinuousClock.now + .seconds(wait)
    var told: String?
    while true {
      do {
        return try await PostgresConnection.connect(configuration, on: loop)
      } catch {
        let reason = "\(error)"
        guard ContinuousClock.now < deadline else {
          throw ToolError(
            code: .database, doing: "reach the database within \(wait) s", cause: reason,
            remedy: "check the address and that PostgreSQL runs")
        }
        if told != reason { print("waiting for the database: \(reason)") }
        told = reason
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }
}
