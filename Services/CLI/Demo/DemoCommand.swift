import ArgumentParser
import LocalCluster
import LocalFleet

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Run everything here: PostgreSQL, the services and a Messenger to chat in.",
    discussion: """
      Keeps its data in --folder from one start to the next. Nothing is reachable from other machines.
      With --check nobody is needed: one message goes the real way on free ports and a throwaway database, \
      its reply and latency are printed, and the exit status says whether it came.
      """)

  @Flag(help: "Send one message, print the reply, and end.")
  var check = false

  @Option(help: "Where the data lives.")
  var folder = ".martlet"

  @Option(help: "A bot's folder; by default Examples/HelloBot.")
  var bot: String?

  @Option(help: "Added to every port, where the usual ones are taken.")
  var portOffset = 0

  @Option(help: "How much the services log: trace, debug, info, notice, warning, error.")
  var logLevel = "info"

  func run() async throws {
    if check {
      try await untilInterrupted { try await DemoCheck(bot: bot).run() }
    } else {
      try await untilInterrupted { try await serve() }
    }
  }

  private func serve() async throws {
    let ports = DemoPorts(offset: portOffset)
    try ports.check()
    let folder = try DemoFolder(folder)
    let cluster = try await LocalCluster(folder: folder.cluster, purpose: .demo)
    if let wanted = cluster.relocatedFrom {
      Surroundings.show("the database's user cannot reach \(wanted), so the data is in \(cluster.folder)")
    }
    try await cluster.createDatabase("martlet")
    var plan = FleetPlan(
      executables: Surroundings.executables, databaseURL: cluster.url(database: "martlet"),
      credentials: try folder.credentials())
    plan.ports = ports.byRole
    plan.bot = bot ?? Surroundings.exampleBot
    plan.logLevel = logLevel
    let log = DemoLog(hasColour: Surroundings.hasColour)
    let fleet = LocalFleet(plan, observer: { log.show($0) })
    do {
      try await fleet.start()
      Surroundings.show(
        """

          Chat with the bot:  \(fleet.instances(of: .simulator).first?.url ?? "")
          Database:           psql '\(cluster.url(database: "martlet"))'
          Ctrl-C stops everything; the data stays in \(cluster.folder).

        """)
      try await keepAlive(fleet)
    } catch {
      await fleet.stop()
      await cluster.stop()
      throw error
    }
  }

  /// Starts again what ends by itself (kill one and see), until the task is cancelled.
  private func keepAlive(_ fleet: LocalFleet) async throws {
    while let (name, exit) = await fleet.firstToEnd() {
      guard try fleet.instance(name).starts <= 20 else {
        throw LocalFleetError(code: .ended, doing: "keep \(name) running", cause: "it ends again and again: \(exit)")
      }
      Surroundings.show("\(name) ended (\(exit)); starting it again")
      try await Task.sleep(for: .seconds(1))
      try await fleet.restart(name)
    }
    throw CancellationError()
  }
}
