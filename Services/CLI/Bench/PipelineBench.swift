import ArgumentParser
import JSON
import LocalCluster
import LocalFleet

/// The whole way of a message: webhook, four processes, Send API call; everything on this machine.
struct PipelineBench: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline", abstract: "Round trips through all services, closed loop and then at a fixed pace.",
    discussion: """
      Closed loop: each conversation sends its next message after its reply. Open loop: messages come at a fixed pace, \
      whatever happens. The simulator plays Meta and measures from the webhook's POST to the Send API call.
      """)

  @Option(help: "Messages of the closed loop, in all.")
  var messages = 20_000

  @Option(help: "Conversations side by side.")
  var conversations = 1_000

  @Option(help: "Messages per second of the open loop; 0 leaves it out.")
  var rate = 200

  @Option(help: "Seconds of the open loop.")
  var seconds = 20

  @Option(help: "Instances of nlu and outbound each.")
  var workers = 1

  @Flag(help: "One JSON object instead of a table.")
  var json = false

  @Option(name: .customLong("database-url"), help: "An empty database to use; by default a throwaway one is made.")
  var databaseURL: String?

  func run() async throws {
    if Surroundings.isDebugBuild {
      Surroundings.tell("this is a debug build; figures count from a release build: swift build -c release")
    }
    let figures = try await untilInterrupted {
      if let databaseURL { return try await measure(databaseURL) }
      return try await LocalCluster.withThrowaway(purpose: .bench) { cluster in
        try await cluster.createDatabase("martlet")
        return try await measure(cluster.url(database: "martlet"))
      }
    }
    guard let figures else { throw ExitCode(130) }
    show(figures)
    guard figures.reports.allSatisfy({ $0.1.lost + $0.1.duplicated + $0.1.reordered == 0 }) else { throw ExitCode(1) }
  }

  private struct Figures {
    var reports: [(name: String, LoadReport)]
    /// By instance, over the whole run.
    var processorTimes: [(name: String, Duration)]
  }

  private func measure(_ databaseURL: String) async throws -> Figures {
    var plan = FleetPlan(executables: Surroundings.executables, databaseURL: databaseURL)
    // The least that still tells the ports.
    plan.logLevel = "notice"
    plan.replicas = [.nlu: workers, .outbound: workers]
    plan.bot = Surroundings.exampleBot
    let log = DemoLog(hasColour: false)
    let fleet = LocalFleet(plan, observer: { if $0.isComplaint { Surroundings.tell(log.text($0)) } })
    do {
      try await fleet.start()
      var reports = [("closed loop", try await load(fleet, "closed", messages: messages, prefix: "c", [:]))]
      if rate > 0 {
        let extra: JSONObject = ["rate": .number("\(rate)")]
        reports.append(
          ("open loop, \(rate)/s", try await load(fleet, "open", messages: rate * seconds, prefix: "o", extra)))
      }
      let times = fleet.instances.map { ($0.name, $0.processorTime) }
      await fleet.stop()
      return Figures(reports: reports, processorTimes: times)
    } catch {
      await fleet.stop()
      throw error
    }
  }

  private func load(
    _ fleet: LocalFleet, _ mode: String, messages: Int, prefix: String, _ extra: JSONObject
  ) async throws -> LoadReport {
    guard let simulator = fleet.simulator else { return LoadReport(json: .null) }
    var body: JSONObject = [
      "mode": .string(mode), "conversations": .number("\(conversations)"), "messages": .number("\(messages)"),
      "prefix": .string(prefix), "drain_seconds": 30,
    ]
    for (name, value) in extra { body[name] = value }
    Surroundings.tell("\(mode) loop: \(messages) messages in \(conversations) conversations …")
    return LoadReport(json: try await simulator.call("POST", "/control/load", .object(body), limit: .seconds(3600)))
  }

  private func show(_ figures: Figures) {
    let reports = figures.reports
    let seconds = figures.processorTimes.map { ($0.name, fixed($0.1 / .seconds(1), 1)) }
    guard json else {
      var table = TextTable(head: [""] + LoadReport.columns)
      table.rows = reports.map { [$0.name] + $0.1.cells }
      return print(
        """
        \(table.text)
        processor seconds beside PostgreSQL's: \(seconds.map { "\($0.0) \($0.1)" }.joined(separator: ", "))
        """)
    }
    var object: JSONObject = ["bench": "pipeline", "debug_build": .bool(Surroundings.isDebugBuild)]
    object["closed"] = reports[0].1.json
    if reports.count > 1 { object["open"] = reports[1].1.json }
    var processors: JSONObject = [:]
    for (name, value) in seconds { processors[name] = .number(value) }
    object["processor_seconds"] = .object(processors)
    print(JSON.object(object).serialized())
  }
}
