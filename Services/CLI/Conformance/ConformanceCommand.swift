import ArgumentParser
import HTTPClient
import JSON
import Postgres
import ServiceKit
import SocketLoop

struct ConformanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance", abstract: "Send a receiver of Messenger webhooks what Meta sends, and what forgers do.",
    discussion: """
      Works on any receiver that knows the app secret; see docs/conformance.md. It stores events of pages and people \
      that do not exist, so do not point it at one in service. Ends 1 when a vector fails.
      """)

  @Argument(help: "The webhook's whole address.")
  var url: String?

  @Option(help: "The app secret; by default the first in MARTLET_APPS.")
  var appSecret: String?

  @Option(help: "The verify token; without one its vectors are skipped. By default that of MARTLET_APPS.")
  var verifyToken: String?

  @Option(help: "Use this page for all events, where a receiver takes only pages it knows; then there is no witness.")
  var page: String?

  @Option(name: .customLong("database-url"), help: "Martlet's database: look into its ledger for what was kept.")
  var databaseURL: String?

  @Option(help: "An address that tells how many events a receiver keeps; see docs/conformance.md.")
  var witness: String?

  @Option(parsing: .upToNextOption, help: "Only these vectors or groups.")
  var only: [String] = []

  @Flag(help: "Print the vectors and why each is there, and send nothing.")
  var list = false

  @Flag(help: "Print passed vectors too.")
  var verbose = false

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func validate() throws {
    guard list || url != nil else { throw ValidationError("Give the address of the webhook.") }
    guard url?.contains("?") != true else { throw ValidationError("The address has a query: leave it out.") }
    guard databaseURL == nil || witness == nil else {
      throw ValidationError("--database-url and --witness contradict each other.")
    }
    guard page == nil || (databaseURL == nil && witness == nil) else {
      throw ValidationError("With --page no witness can tell the vectors' events apart.")
    }
  }

  func run() async throws {
    let vectors = try chosen()
    guard !list, let url else { return vectors.forEach { Surroundings.show("\($0.fullName): \($0.why)") } }
    let target = try target(url)
    let report = try await untilInterrupted {
      let client = HTTPClient(loop: SocketLoop())
      var run = ConformanceRun(target: target, client: client)
      if !json {
        run.observer = { [verbose] verdict in
          if verbose || verdict.outcome == .failed, let line = verdict.line { Surroundings.show(line) }
        }
      }
      if let witness { run.witness = HTTPWitness(url: witness, client: client) }
      guard let databaseURL else { return try await run.run(vectors) }
      let connection = try await PostgresConnection.connect(
        PostgresConfiguration(url: databaseURL, applicationName: "martlet conformance"), on: SocketLoop())
      run.witness = LedgerWitness(connection: connection)
      let report = try await run.run(vectors)
      await connection.close()
      return report
    }
    guard let report else { throw ExitCode(130) }
    Surroundings.show(json ? report.json.serialized() : report.summary)
    guard report.failures.isEmpty else { throw ExitCode(1) }
  }

  private func chosen() throws -> [ConformanceVector] {
    let all = try VectorSet.load()
    guard !only.isEmpty else { return all }
    if let unknown = only.first(where: { name in !all.contains { $0.isNamed(name) } }) {
      throw ValidationError("There is no vector and no group \"\(unknown)\"; see --list.")
    }
    return all.filter { vector in only.contains { vector.isNamed($0) } }
  }

  private func target(_ url: String) throws -> ConformanceTarget {
    guard let appSecret else {
      guard let app = try? Settings(service: .ingress, arguments: ["martlet"]).apps.first,
        let secret = app.secrets.first
      else { throw ValidationError("Give --app-secret, or set MARTLET_APPS.") }
      return ConformanceTarget(url: url, appSecret: secret, verifyToken: verifyToken ?? app.verifyToken, page: page)
    }
    return ConformanceTarget(url: url, appSecret: appSecret, verifyToken: verifyToken, page: page)
  }
}
