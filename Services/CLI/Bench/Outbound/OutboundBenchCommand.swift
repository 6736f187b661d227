import ArgumentParser
import JSON
import LocalCluster

/// Messages out of a real outbound, beside what libcurl gives at best.
struct OutboundBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "outbound", abstract: "Sends of a real outbound, beside bare libcurl over the same HTTP/2.",
    discussion: """
      Both talk TLS with ALPN to the same small server in a process of its own. Bare libcurl posts the same requests, as \
      many at once, and looks at nothing but the status. Outbound takes its jobs from PostgreSQL, writes an attempt before \
      and an outcome after each call, durably. `ratio` is outbound's sends a second over libcurl's. A run that was not \
      HTTP/2 from end to end, or in which a message was lost or doubled, fails.
      """)

  @Option(help: "Messages of each run.")
  var messages = 20_000

  @Option(help: "Pages that send; each may send 300 a second.")
  var pages = 100

  @Option(help: "People who are written to.")
  var people = 5_000

  @Option(name: .customLong("in-flight"), help: "Calls at once, of outbound (MARTLET_SEND_IN_FLIGHT) and of libcurl.")
  var inFlight = 64

  @Option(name: .customLong("latency-ms"), help: "Meta's time for an answer in the last run; 0 leaves it out.")
  var latency = 50

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(name: .customLong("database-url"), help: "An empty database to use; by default a throwaway one is made.")
  var databaseURL: String?

  func validate() throws {
    guard [messages, pages, people, inFlight].allSatisfy({ $0 > 0 }), latency >= 0 else {
      throw ValidationError("Every number must be above 0.")
    }
    guard pages <= 10_000, people >= pages, inFlight <= 1000 else {
      throw ValidationError("At most 10,000 pages, at least a person a page, at most 1000 calls at once.")
    }
  }

  func run() async throws {
    if Surroundings.isDebugBuild {
      Surroundings.tell("this is a debug build; figures count from a release build: swift build -c release")
    }
    let report = try await untilInterrupted {
      if let databaseURL { return try await measure(databaseURL) }
      return try await LocalCluster.withThrowaway(purpose: .bench, settings: ["max_wal_size": "4GB"]) { cluster in
        try await cluster.createDatabase("martlet")
        return try await measure(cluster.url(database: "martlet"))
      }
    }
    guard let report else { throw ExitCode(130) }
    Surroundings.show(json ? report.json.serialized() : report.text)
    guard report.isGood else { throw ExitCode(1) }
  }

  private func measure(_ databaseURL: String) async throws -> OutboundBenchReport {
    let setup = OutboundBenchSetup(
      messages: messages, pages: pages, people: people, inFlight: inFlight, latency: .milliseconds(latency))
    let database = try await OutboundBenchDatabase.open(databaseURL, setup)
    return try await OutboundBench(setup: setup, database: database).run()
  }
}
