import ArgumentParser
import JSON
import JobQueue
import Postgres

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "How much waits, for how long, why, and who works on it.",
    discussion: """
      Nothing large is counted: up to 10,000 a depth is exact, above it an estimate (~), and any other figure a least \
      (+). Rates are the difference of two looks at PostgreSQL's statistics.
      """)

  @Option(help: "Only this queue.")
  var queue: QueueName?

  @Flag(help: "One JSON object a look, instead of tables.")
  var json = false

  @Option(help: "Look again every so many seconds, until stopped.")
  var watch: Int?

  @Option(help: "Seconds between the two looks that make the rates; 0 leaves the rates out.")
  var sample = 3

  @OptionGroup var database: DatabaseOptions

  func validate() throws {
    if let watch, watch < 1 { throw ValidationError("--watch takes 1 or more seconds.") }
    guard (0...600).contains(sample) else { throw ValidationError("--sample takes 0 to 600 seconds.") }
  }

  func run() async throws {
    let done: Void? = try await untilInterrupted {
      try await database.withConnection(doing: "read the figures of the queues") { connection in
        try await look(on: connection)
      }
    }
    if done == nil, watch == nil { throw ExitCode(130) }
  }

  private func look(on connection: PostgresConnection) async throws {
    var before: StatusReport?
    if watch == nil, sample > 0 {
      before = try await report(on: connection, after: nil)
      try await Task.sleep(for: .seconds(sample))
    }
    while true {
      let report = try await report(on: connection, after: before)
      show(report)
      before = report
      guard let watch else { return }
      try await Task.sleep(for: .seconds(watch))
    }
  }

  private func report(on connection: PostgresConnection, after before: StatusReport?) async throws -> StatusReport {
    try await StatusReport.read(queue.map { [$0] } ?? QueueName.allCases, on: connection, after: before)
  }

  private func show(_ report: StatusReport) {
    guard !json else { return Surroundings.show(report.json.serialized()) }
    // A person who watches sees the newest look where the last one stood.
    let begin = watch == nil ? "" : Surroundings.hasColour ? "\u{1B}[H\u{1B}[2J" : "\n"
    Surroundings.show(begin + report.text)
  }
}
