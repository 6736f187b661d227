import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import LocalCluster
import LocalFleet
import Postgres
import SocketLoop

/// The whole of Martlet for one test: its own PostgreSQL, the real executables, the simulator as Meta.
struct TestSystem: Sendable {
  let cluster: LocalCluster
  let fleet: LocalFleet
  let http: HTTPClient
  let database: PostgresPool
  let loop: SocketLoop

  var simulator: SimulatorClient { fleet.simulator! }
  var credentials: FleetCredentials { fleet.plan.credentials }

  /// Lends a running system and ends it afterwards.
  static func with<Value: Sendable>(
    replicas: [FleetRole: Int] = [:], environment: [String: String] = [:], logLevel: String = "notice",
    keptLines: Int = 2_000, startsDatabase: Bool = true, _ body: @Sendable (TestSystem) async throws -> Value
  ) async throws -> Value {
    try await LocalCluster.withThrowaway { cluster in
      try await cluster.createDatabase("martlet")
      var plan = FleetPlan(executables: executables, databaseURL: cluster.url(database: "martlet"))
      plan.replicas = replicas
      plan.logLevel = logLevel
      plan.keptLines = keptLines
      plan.bot = repository + "/Examples/HelloBot"
      plan.environment = ["MARTLET_LEASE_SECONDS": "2", "MARTLET_GRAPH_TIMEOUT_SECONDS": "2"]
      plan.environment.merge(environment) { $1 }
      let loop = SocketLoop()
      let system = TestSystem(
        cluster: cluster, fleet: LocalFleet(plan), http: HTTPClient(loop: loop),
        database: PostgresPool(PostgresConfiguration(url: plan.databaseURL, applicationName: "test"), on: loop),
        loop: loop)
      do {
        try await system.fleet.start()
        let value = try await body(system)
        await system.fleet.stop()
        return value
      } catch {
        await system.fleet.stop()
        throw error
      }
    }
  }

  // MARK: Meta's side

  func fault(_ fault: JSON) async throws {
    try await simulator.call("POST", "/control/faults", fault)
  }

  func load(_ load: JSON) async throws -> JSON {
    try await simulator.call("POST", "/control/load", load, limit: .seconds(600))
  }

  /// The texts that reached a person, in order.
  func received(by psid: String) async throws -> [String] {
    let ledger = try await simulator.call("GET", "/control/ledger")
    return ledger["messages"]?.array?.filter { $0["psid"]?.string == psid }.compactMap { $0["text"]?.string } ?? []
  }

  /// Waits until so many messages reached a person; the caller's time limit is the test's.
  func waitUntil(_ psid: String, received count: Int) async throws -> [String] {
    while true {
      let texts = try await received(by: psid)
      if texts.count >= count { return texts }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  // MARK: The door

  /// The webhook that Meta would send for a text.
  func webhook(text: String, from psid: String, mid: String) -> [UInt8] {
    let time = JSON(Int64(Date().timeIntervalSince1970 * 1000))
    let page = JSON.string(credentials.pageID)
    let event: JSON = [
      "sender": ["id": .string(psid)], "recipient": ["id": page], "timestamp": time,
      "message": ["mid": .string(mid), "text": .string(text)],
    ]
    return JSON.object(["object": "page", "entry": [["id": page, "time": time, "messaging": [event]]]]).bytes()
  }

  /// Posts a body to an ingress, signed unless a signature is given; returns the status.
  func post(_ body: [UInt8], to ingress: String = "ingress-1", signature: String?? = .none) async throws -> Int {
    let signature = signature ?? WebhookSignature.header(for: body, secret: credentials.appSecret)
    let headers = signature.map { [("X-Hub-Signature-256", $0)] } ?? []
    let url = try fleet.instance(ingress).url! + "/webhook"
    return try await http.send(HTTPClientRequest(method: "POST", url: url, headers: headers, body: body)).status
  }

  func number(_ sql: String) async throws -> Int {
    try await database.run(Statement("number", sql))[0].int("n")
  }

  /// How many messages ended in which state, by what.
  func messageStates() async throws -> [String: Int] {
    let rows = try await database.run(
      Statement("states", "SELECT state, count(*) AS n FROM martlet.message GROUP BY state"))
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.string("state"), try $0.int("n")) })
  }

  // MARK: Where things are

  /// The executables lie beside the test's own.
  static var executables: String {
    let path =
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    return "/" + path.split(separator: "/").dropLast().joined(separator: "/")
  }

  private static var repository: String {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
  }
}
