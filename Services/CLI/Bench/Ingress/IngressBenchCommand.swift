import ArgumentParser
import JSON
import LocalCluster

/// Webhooks into a real ingress, beside what PostgreSQL and a bare server give at best.
struct IngressBenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ingress", abstract: "Signed webhooks into a real ingress, beside the best that can be had.",
    discussion: """
      The ceiling is the same rows (event, job, contact) inserted by batches with the same durability, prepared \
      beforehand. The bare server reads the body and answers 200. Closed loop: each connection sends its next \
      request after its answer. Open loop: requests come at a pace, whatever happens, and their time runs from when \
      they are due. `ratio` is the share of the ceiling at the most events a request, `ratio_bare` the requests per \
      second over the bare server's at one event a request. Lost is what was offered and is not in the ledger.
      """)

  @Option(parsing: .upToNextOption, help: "Events a request, a run each.")
  var events: [Int] = [50, 1]

  @Option(help: "Events of a run of more than one event a request, and of the ceiling.")
  var messages = 200_000

  @Option(help: "Requests of the run of one event a request, and of the bare server.")
  var requests = 50_000

  @Option(help: "Keep-alive connections.")
  var connections = 64

  @Option(help: "People who write.")
  var people = 10_000

  @Option(help: "Events of each open loop; 0 leaves it out.")
  var offered = 50_000

  @Option(help: "Seconds of each open loop.")
  var seconds = 5

  @Option(help: "Connections of the ceiling; ingress commits over one at a time.")
  var writers = 1

  @Option(help: "Events a transaction of the ceiling.")
  var batch = 1_000

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(name: .customLong("database-url"), help: "An empty database to use; by default a throwaway one is made.")
  var databaseURL: String?

  func validate() throws {
    guard (events + [messages, requests, connections, people, seconds, writers, batch]).allSatisfy({ $0 > 0 }) else {
      throw ValidationError("Every number must be above 0.")
    }
    guard offered >= 0, events.allSatisfy({ $0 <= 1000 }), Set(events).count == events.count else {
      throw ValidationError("At most 1000 events a request, as at Meta, and each number once.")
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
    guard report.isExact else { throw ExitCode(1) }
  }

  private func measure(_ databaseURL: String) async throws -> IngressBenchReport {
    let setup = IngressBenchSetup(
      eventsPerRequest: events, events: messages, requests: requests, connections: connections, people: people,
      offered: offered, span: .seconds(seconds), writers: writers, batch: batch)
    let database = try await IngressBenchDatabase.open(databaseURL, setup)
    return try await IngressBench(setup: setup, database: database).run()
  }
}
