package import ChildProcesses
import FoundationEssentials
import HTTPClient
import JSON
import SocketLoop

/// The real executables as child processes on loopback: the simulator, the migrations, and as many of each service as
/// the plan says. They end when this process does.
package actor LocalFleet {
  private static let poll = Duration.milliseconds(20)

  package nonisolated let plan: FleetPlan
  package nonisolated let instances: [FleetInstance]
  /// One for all fleets of a process, never stopped: clients may outlive the fleet that lent them.
  private static let loop = SocketLoop()
  private nonisolated let client = HTTPClient(loop: loop)

  /// - Parameter observer: Called with each line on the thread of the process that printed it; must not block.
  package init(_ plan: FleetPlan, observer: (@Sendable (FleetLine) -> Void)? = nil) {
    self.plan = plan
    instances = FleetRole.allCases.flatMap { role in
      (0..<plan.count(role)).map {
        FleetInstance(role: role, number: $0 + 1, keptLines: plan.keptLines, observer: observer)
      }
    }
  }

  package nonisolated func instances(of role: FleetRole) -> [FleetInstance] {
    instances.filter { $0.role == role }
  }

  /// - Parameter name: "outbound-2".
  package nonisolated func instance(_ name: String) throws(LocalFleetError) -> FleetInstance {
    guard let found = instances.first(where: { $0.name == name }) else {
      throw LocalFleetError(
        code: .unknownInstance, doing: "find \(name)",
        cause: "the fleet has \(instances.map(\.name).joined(separator: ", "))")
    }
    return found
  }

  /// The simulator's control side; only once it has started.
  package nonisolated var simulator: SimulatorClient? {
    instances(of: .simulator).first?.url.map { SimulatorClient(url: $0, client: client) }
  }

  /// Runs the migrations, starts every instance and returns when all are ready. On an error, whatever runs is stopped.
  package func start() async throws(LocalFleetError) {
    do throws(LocalFleetError) {
      try await migrate()
      // Only the simulator's and ingress' addresses matter to others; the rest can come up side by side.
      for instance in instances { try await launch(instance) }
      for instance in instances { try await waitUntilReady(instance) }
      if let ingress = ingressURL { try await simulator?.setWebhook(ingress + "/webhook") }
    } catch {
      await stop()
      throw error
    }
  }

  /// `martlet migrate` on the plan's database.
  package func migrate() async throws(LocalFleetError) {
    let variables = inherited.merging(["MARTLET_DATABASE_URL": plan.databaseURL]) { $1 }
    do {
      try await ChildProcess.run(
        ChildCommand(plan.executables + "/martlet", ["migrate"], environment: variables))
    } catch {
      throw LocalFleetError(code: .start, doing: "migrate the database", cause: "\(error)")
    }
  }

  /// Sends a signal; for one that ends the process, returns when it has ended.
  package func kill(_ name: String, _ signal: UnixSignal = .kill) async throws(LocalFleetError) {
    guard let child = try instance(name).child, child.signal(signal) else { return }
    if [.kill, .terminate, .interrupt, .quit].contains(signal) { _ = await child.exit }
  }

  /// Starts an instance again on its ports and returns when it is ready; one that runs is ended by SIGTERM first.
  package func restart(_ name: String) async throws(LocalFleetError) {
    let instance = try instance(name)
    if let child = instance.child, child.isRunning { await end([child]) }
    try await launch(instance)
    try await waitUntilReady(instance)
  }

  /// SIGTERM to all, SIGKILL after 10 s to what is left.
  package func stop() async {
    // The simulator last: what outbound has in flight may still finish.
    let (simulators, services) = (instances(of: .simulator), instances.filter { $0.role != .simulator })
    await end(services.compactMap(\.child))
    await end(simulators.compactMap(\.child))
  }

  /// Returns with the name of the first instance that is found ended, and how; nil when the task is cancelled.
  package func firstToEnd() async -> (name: String, exit: ChildExit)? {
    while true {
      for instance in instances {
        if let child = instance.child, !child.isRunning { return (instance.name, await child.exit) }
      }
      guard (try? await Task.sleep(for: .milliseconds(200))) != nil else { return nil }
    }
  }

  private nonisolated var ingressURL: String? { instances(of: .ingress).first?.url }
  private nonisolated var simulatorURL: String? { instances(of: .simulator).first?.url }
  private nonisolated var inherited: [String: String] { ProcessInfo.processInfo.environment }

  private func launch(_ instance: FleetInstance) async throws(LocalFleetError) {
    let role = instance.role
    let ports = instance.ports(planned: plan.ports(role, number: instance.number))
    let variables = plan.environment(
      role, ports: ports, simulator: simulatorURL, ingress: ingressURL, inherited: inherited)
    do {
      try await instance.start(ChildCommand("\(plan.executables)/\(role.rawValue)", environment: variables))
    } catch {
      let remedy = error.code == .missingExecutable ? "build it: swift build" : nil
      throw LocalFleetError(code: .start, doing: "start \(instance.name)", cause: "\(error)", remedy: remedy)
    }
    // The next ones are told where this one listens.
    if [.simulator, .ingress].contains(role) {
      try await wait(instance, for: "listen") { instance.hasBound }
    }
  }

  private func waitUntilReady(_ instance: FleetInstance) async throws(LocalFleetError) {
    try await wait(instance, for: "become ready") { [client] in
      guard instance.hasBound else { return false }
      guard let admin = instance.adminURL else { return true }
      let request = HTTPClientRequest(url: admin + "/health/ready", timeout: .seconds(2))
      return (try? await client.send(request))?.status == 200
    }
  }

  private func wait(
    _ instance: FleetInstance, for state: String, _ condition: () async -> Bool
  ) async throws(LocalFleetError) {
    let deadline = ContinuousClock.now + plan.startLimit
    while await !condition() {
      let ended = instance.child?.isRunning != true
      guard !ended, ContinuousClock.now < deadline, (try? await Task.sleep(for: Self.poll)) != nil else {
        let last = instance.lines.suffix(3).map { $0.record?["message"]?.string ?? $0.text }.joined(separator: " | ")
        throw LocalFleetError(
          code: ended ? .ended : .notReady, doing: "have \(instance.name) \(state)",
          cause: ended ? "it ended: \(last)" : "not within \(plan.startLimit); its last lines: \(last)")
      }
    }
  }

  private func end(_ children: [ChildProcess]) async {
    for child in children { child.signal(.terminate) }
    // Beside the wait, and cancelled with it.
    let killing = Task {
      try await Task.sleep(for: .seconds(10))
      for child in children { child.signal(.kill) }
    }
    for child in children { _ = await child.exit }
    killing.cancel()
  }
}
