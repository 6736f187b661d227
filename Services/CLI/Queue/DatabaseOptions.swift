import ArgumentParser
import Glibc
import Postgres
import ServiceKit
import SocketLoop

/// Which database a command works on, and who works on it.
struct DatabaseOptions: ParsableArguments {
  @Option(
    name: .customLong("database-url"),
    help: "PostgreSQL, as a libpq URI; by default MARTLET_DATABASE_URL, also as …_FILE.")
  var databaseURL: String?

  /// Lends a connection for as long as `body` runs.
  func withConnection<Value: Sendable>(
    doing: String, _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    let url = try databaseURL ?? Settings(service: .ingress, arguments: ["martlet"]).databaseURL
    // Nothing is prepared, so a pooler in between does no harm.
    let configuration = PostgresConfiguration(
      url: url, applicationName: "martlet queue", statementTimeout: .seconds(60), preparesStatements: false)
    do {
      let connection = try await PostgresConnection.connect(configuration, on: SocketLoop())
      let value = try await body(connection)
      await connection.close()
      return value
    } catch let error as PostgresError {
      throw ToolError(code: .database, doing: doing, cause: "\(error)", remedy: Self.remedy(error))
    }
  }

  /// Where this command knows more than the error itself.
  private static func remedy(_ error: PostgresError) -> String? {
    switch error.sqlState {
    case "55P03": "a producer held a lane for 8 s; what was done so far stays done, so run the command again"
    case "57014": "a held snapshot may keep dead rows in the way: see \"An old snapshot\" in docs/operations.md"
    case "42501": "this role lacks a right: use the role that ran `martlet migrate`"
    default: nil
    }
  }

  /// The operating-system user, for the record.
  static var user: String {
    guard let entry = getpwuid(getuid()) else { return "uid \(getuid())" }
    return String(cString: entry.pointee.pw_name)
  }
}
