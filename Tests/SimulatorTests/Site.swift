import HTTPClient
import JSON
import Logging
import ServiceKit
import ServiceLifecycle
import SocketLoop
import TestKit

@testable import Simulator

/// One loop for every test here, as a process has one; it is never stopped.
private let loop = SocketLoop()

/// A running simulator with a toy bot at its webhook, both on free ports.
struct Site: Sendable {
  static let secret = "test-app-secret"
  static let page = "1001"
  static let token = "page-token"
  /// Of the second page, 1002.
  static let otherToken = "garage-token"

  let url: String
  let bot: ToyBot
  let client: HTTPClient
  /// Comes only where `MARTLET_SIMULATOR_TLS_PORT` is set.
  let securePort: Signal<Int>

  /// Runs both for the time of `body`.
  static func run(
    bot behaviour: @escaping ToyBot.Behaviour = ToyBot.silent, environment: [String: String] = [:],
    _ body: @Sendable (Site) async throws -> Void
  ) async throws {
    let client = HTTPClient(loop: loop)
    let bot = ToyBot(client: client, behaviour)
    let (botService, botPort) = try bot.service()
    try await running([botService]) {
      let port = Signal<Int>()
      let settings = try Settings(
        service: .simulator,
        environment: [
          "MARTLET_PORT": "0",
          "MARTLET_APPS": #"{"42": {"secrets": ["test-app-secret"], "verify_token": "v"}}"#,
          "MARTLET_PAGES": """
          {"1001": {"app": "42", "name": "Shop", "token": "page-token"},
           "1002": {"app": "42", "name": "Garage", "token": "garage-token"}}
          """,
          "MARTLET_SIMULATOR_WEBHOOK_URL": "http://127.0.0.1:\(try await botPort.value)/webhook",
        ].merging(environment) { $1 }, arguments: ["simulator"])
      let securePort = Signal<Int>()
      let services = try compose(
        settings, quietLogger, Health(service: .simulator), onListening: { port.set($0) },
        onSecure: { securePort.set($0) })
      try await running(services) {
        let url = "http://127.0.0.1:\(try await port.value)"
        bot.graphURL.set(url + "/v26.0")
        try await body(Site(url: url, bot: bot, client: client, securePort: securePort))
      }
    }
  }

  private static func running(_ services: [any Service], _ body: () async throws -> Void) async throws {
    var configuration = ServiceGroupConfiguration(services: services, logger: quietLogger)
    // As in a process of its own: an HTTP/2 connection that is kept open does not hold up the end for ever.
    configuration.maximumGracefulShutdownDuration = .seconds(8)
    let group = ServiceGroup(configuration: configuration)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        do { try await group.run() } catch is CancellationError {}
      }
      do {
        try await body()
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  // MARK: Calls

  func call(
    _ method: String, _ path: String, _ body: JSON? = nil, token: String? = nil, timeout: Duration = .seconds(60)
  ) async throws -> (status: Int, json: JSON) {
    let response = try await client.send(
      HTTPClientRequest(
        method: method, url: url + path, headers: token.map { [("Authorization", "Bearer \($0)")] } ?? [],
        body: body?.bytes(), timeout: timeout))
    return (response.status, (try? JSON(parsing: response.body)) ?? .null)
  }

  @discardableResult
  func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
    let (status, json) = try await call(method, "/control/" + path, body)
    guard status == 200 else { throw ControlError("\(status): \(json)") }
    return json
  }

  func post(_ edge: String, _ body: JSON, token: String = Site.token) async throws -> (status: Int, json: JSON) {
    try await call("POST", "/v26.0/me/\(edge)", body, token: token)
  }

  func get(_ path: String) async throws -> (status: Int, json: JSON) {
    try await call("GET", "/v26.0/\(path)", token: Self.token)
  }

  /// A text as `send` sends it, and the whole answer.
  func response(of text: String, to psid: String) async throws -> HTTPClientResponse {
    let body: JSON = [
      "recipient": ["id": .string(psid)], "messaging_type": "RESPONSE", "message": ["text": .string(text)],
    ]
    return try await client.send(
      HTTPClientRequest(
        method: "POST", url: url + "/v26.0/me/messages", headers: [("Authorization", "Bearer \(Self.token)")],
        body: body.bytes()))
  }

  /// A text to a person, as outbound would send it.
  func send(
    _ text: String, to psid: String, token: String = Site.token, metadata: String? = nil,
    timeout: Duration = .seconds(60)
  ) async throws -> (status: Int, json: JSON) {
    var message: JSONObject = ["text": .string(text)]
    message["metadata"] = metadata.map(JSON.string)
    return try await call(
      "POST", "/v26.0/me/messages",
      ["recipient": ["id": .string(psid)], "messaging_type": "RESPONSE", "message": .object(message)], token: token,
      timeout: timeout)
  }

  func texts() async throws -> [String] {
    try await control("GET", "ledger")["messages"]?.array?.compactMap { $0["text"]?.string } ?? []
  }
}

private let quietLogger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// A value that comes once and may be waited for.
struct Signal<Value: Sendable>: Sendable {
  private let box = Watched<Value?>(nil)

  func set(_ value: Value) { box.change { $0 = value } }

  var value: Value {
    get async throws {
      try await box.until { $0 != nil }
      return box.value!
    }
  }
}
