import ChildProcesses
import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import LocalFleet
import Pages
import Postgres
import SocketLoop
import Synchronization
import TestKit

@testable import CLI

/// A simulator that plays pages, a database that knows them, and the built `martlet` between the two.
struct PageSite: Sendable {
  let database: TestDatabase
  let simulator: SimulatorClient
  let plan: FleetPlan
  let bot: String
  let pages: [String]

  /// Lends it with so many pages, and with a bot's folder that is empty.
  static func with(pages count: Int = 1, _ body: @Sendable (PageSite) async throws -> Void) async throws {
    try await TestDatabase.with { database in
      var plan = FleetPlan(executables: Surroundings.executables, databaseURL: database.url)
      plan.replicas = [.ingress: 0, .identity: 0, .nlu: 0, .outbound: 0]
      let pages = (1...count).map { "p\(1000 + $0)" }
      let settings = pages.map { page -> (String, JSON) in
        (page, ["app": .string(plan.credentials.appID), "name": "Shop", "token": .string("token-\(page)")])
      }
      plan.environment = ["MARTLET_PAGES": JSON.object(JSONObject(settings)).serialized()]
      let keys = try SealingKeys(json: plan.credentials.keys.serialized())
      for page in pages {
        try await PageToken.store(
          "token-\(page)", pageID: page, appID: plan.credentials.appID, name: "Shop", rule: .hold, keys: keys,
          in: database.pool)
      }
      let bot = FileManager.default.temporaryDirectory.appending(path: "martlet-\(randomID())").path
      try FileManager.default.createDirectory(atPath: bot + "/templates", withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: bot) }
      let fleet = LocalFleet(plan)
      try await fleet.start()
      do {
        try await body(
          PageSite(database: database, simulator: fleet.simulator!, plan: plan, bot: bot, pages: pages))
      } catch {
        await fleet.stop()
        throw error
      }
      await fleet.stop()
    }
  }

  func write(_ text: String, to file: String = "profile.yaml") throws {
    try Data(text.utf8).write(to: URL(filePath: "\(bot)/\(file)"))
  }

  func read(_ file: String = "profile.yaml") throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: "\(bot)/\(file)")), as: UTF8.self)
  }

  struct Run: Sendable {
    let exit: ChildExit
    let lines: [String]

    var text: String { lines.joined(separator: "\n") }
  }

  /// `martlet page …`, with what it printed and how it ended.
  func run(_ arguments: String...) async throws -> Run {
    let box = LineBox()
    let child = try await start(arguments, box)
    let exit = await child.exit
    return Run(exit: exit, lines: box.lines.withLock { $0 })
  }

  func start(_ arguments: String...) async throws -> ChildProcess { try await start(arguments, LineBox()) }

  private func start(_ arguments: [String], _ box: LineBox) async throws -> ChildProcess {
    try await ChildProcess.start(
      ChildCommand(
        plan.executables + "/martlet", ["page"] + arguments,
        environment: [
          "MARTLET_DATABASE_URL": plan.databaseURL, "MARTLET_KEYS": plan.credentials.keys.serialized(),
          "MARTLET_APPS": plan.credentials.apps.serialized(), "MARTLET_GRAPH_URL": simulator.url + "/v26.0",
          "MARTLET_BOT": bot,
        ]), output: .lines { line in box.lines.withLock { $0.append(line) } })
  }

  /// What Meta has of a page's profile.
  func profile(_ page: String) async throws -> JSON {
    let fields = "get_started,greeting,persistent_menu,ice_breakers,commands,whitelisted_domains,account_linking_url"
    return try await graph("GET", "\(page)/messenger_profile?fields=\(fields)", page)["data"]?[0] ?? [:]
  }

  @discardableResult
  func graph(_ method: String, _ path: String, _ page: String, _ body: JSON? = nil) async throws -> JSON {
    let mark = path.contains("?") ? "&" : "?"
    return try await simulator.call(method, "/v26.0/\(path)\(mark)access_token=token-\(page)", body)
  }

  /// Calls of the profile API that are written down.
  func calls(_ page: String) async throws -> Int {
    try await database.pool.run(
      Statement("calls", "SELECT count(*) AS n FROM martlet.page_profile_call WHERE page_id = $1", [.text(page)])
    )[0].int("n")
  }
}

private final class LineBox: Sendable {
  let lines = Mutex<[String]>([])
}
