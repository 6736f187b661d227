import JSON

/// Everything a fleet is started from: the environment of each process follows from it.
package struct FleetPlan: Sendable {
  /// Port numbers of the first instance of a role; 0 is any free one. Further instances always take free ones.
  package struct Ports: Sendable {
    package var `public`: Int
    package var admin: Int

    package init(public: Int = 0, admin: Int = 0) {
      self.public = `public`
      self.admin = admin
    }
  }

  /// The folder of the executables `simulator`, `ingress`, `identity`, `nlu`, `outbound` and `martlet`.
  package var executables: String
  package var databaseURL: String
  package var credentials: FleetCredentials
  /// Instances by role; default 1 each.
  package var replicas: [FleetRole: Int] = [:]
  /// Default 0, any free port.
  package var ports: [FleetRole: Ports] = [:]
  /// The bot's folder; nil leaves it to `nlu`.
  package var bot: String?
  package var logLevel = "info"
  /// Added to every service's environment, over what the plan says.
  package var environment: [String: String] = [:]
  /// Log lines kept for each instance.
  package var keptLines = 2_000
  /// How long one instance may take until it is ready.
  package var startLimit = Duration.seconds(60)

  package init(executables: String, databaseURL: String, credentials: FleetCredentials = .random()) {
    self.executables = executables
    self.databaseURL = databaseURL
    self.credentials = credentials
  }

  func count(_ role: FleetRole) -> Int { replicas[role] ?? 1 }

  /// The first instance of a role takes the planned ports.
  func ports(_ role: FleetRole, number: Int) -> Ports {
    number == 1 ? ports[role] ?? Ports() : Ports()
  }

  /// - Parameters:
  ///   - simulator: The simulator's address, once it has bound.
  ///   - ingress: The first ingress' address, once it has bound.
  func environment(
    _ role: FleetRole, ports: Ports, simulator: String?, ingress: String?, inherited: [String: String]
  ) -> [String: String] {
    var variables = inherited.filter { !$0.key.hasPrefix("MARTLET_") }
    variables["MARTLET_BIND"] = "127.0.0.1"
    variables["MARTLET_PORT"] = "\(ports.public)"
    // The simulator has everything on its one port.
    if role != .simulator { variables["MARTLET_ADMIN_PORT"] = "\(ports.admin)" }
    variables["MARTLET_LOG_FORMAT"] = "json"
    variables["MARTLET_LOG_LEVEL"] = logLevel
    variables["MARTLET_APPS"] = credentials.apps.serialized()
    variables["MARTLET_PAGES"] = credentials.pages.serialized()
    if role == .simulator {
      if let ingress { variables["MARTLET_SIMULATOR_WEBHOOK_URL"] = ingress + "/webhook" }
    } else {
      variables["MARTLET_DATABASE_URL"] = databaseURL
      variables["MARTLET_KEYS"] = credentials.keys.serialized()
      if let simulator { variables["MARTLET_GRAPH_URL"] = simulator + "/v26.0" }
      if role == .nlu, let bot { variables["MARTLET_BOT"] = bot }
    }
    return variables.merging(environment) { $1 }
  }
}
