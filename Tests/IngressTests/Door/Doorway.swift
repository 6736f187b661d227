import Cryptography
import Hummingbird
import Logging
import Postgres
import ServiceKit
import ServiceLifecycle
import TestKit

@testable import Ingress

/// The door on a free port, before a PostgreSQL of the test's choice.
struct Doorway: Sendable {
  static let apps = """
    {"app-a": {"secrets": ["a-new", "a-old"], "verify_token": "token-a"},
     "app-b": {"secrets": ["b-only"], "verify_token": "token-b"}}
    """

  let port: Int
  let traffic: Traffic

  /// - Parameter environment: Settings over those of the test.
  static func with(
    _ environment: [String: String] = [:], pool: PostgresPool,
    _ body: @Sendable (Doorway) async throws -> Void
  ) async throws {
    let standard = ["MARTLET_PORT": "0", "MARTLET_APPS": apps]
    let settings = try Settings(
      service: .ingress, environment: standard.merging(environment) { $1 }, arguments: ["program"])
    let limits = try DoorLimits(settings)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let rules = ContactRules(ownApps: ["app-a", "app-b"], takeover: .zero)
    let intake = EventIntake(
      pool: pool, rules: rules, line: limits.inFlight, patience: limits.deadline / 2, logger: logger)
    let door = WebhookDoor(apps: try settings.apps, limits: limits, intake: intake, logger: logger)
    let router = Router(context: BasicRequestContext.self)
    door.add(to: router)
    let ports = AsyncStream<Int>.makeStream()
    let server = PublicServer(router: router, settings: settings, limits: door.requestLimits, logger: logger) {
      ports.continuation.yield($0)
    }
    let group = ServiceGroup(services: [server], logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      tasks.addTask {
        defer { ports.continuation.finish() }
        try await group.run()
      }
      var iterator = ports.stream.makeAsyncIterator()
      if let port = await iterator.next() {
        try await body(Doorway(port: port, traffic: door.traffic))
        await group.triggerGracefulShutdown()
      }
      try await tasks.waitForAll()
    }
  }

  /// On a database of its own.
  static func with(
    _ environment: [String: String] = [:], _ body: @Sendable (Doorway, TestDatabase) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database in
      try await with(environment, pool: database.pool) { try await body($0, database) }
    }
  }

  /// The head of a delivery; `Content-Length` is the caller's matter.
  static func head(_ headers: [String], path: String = "/webhook", method: String = "POST") -> String {
    (["\(method) \(path) HTTP/1.1", "Host: door"] + headers).joined(separator: "\r\n") + "\r\n\r\n"
  }

  static func signed(_ body: String, by secret: String = "a-new") -> String {
    "X-Hub-Signature-256: " + WebhookSignature.header(for: body.utf8, secret: secret)
  }

  static func length(_ body: String) -> String { "Content-Length: \(body.utf8.count)" }

  /// One delivery on a connection of its own.
  func post(_ body: String, _ headers: [String], path: String = "/webhook") async throws -> RawConnection.Answer? {
    try await send(Self.head(headers + [Self.length(body)], path: path) + body)
  }

  /// Whatever bytes, on a connection of its own.
  func send(_ text: String) async throws -> RawConnection.Answer? {
    let port = port
    return try await onOwnThread {
      let connection = try RawConnection(port: port)
      connection.send(text)
      return try connection.answer()
    }
  }

  static func message(_ mid: String, text: String = "hello") -> String {
    """
    {"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},\
    "timestamp":1700000000000,"message":{"mid":"\(mid)","text":"\(text)"}}]}]}
    """
  }
}

extension TestDatabase {
  func texts(_ sql: String) async throws -> [String] {
    try await pool.run(Statement("test", sql)).map { try $0.string("v") }
  }
}

/// A refusal is a status and nothing more.
func isBare(_ answer: RawConnection.Answer?, _ status: Int) -> Bool {
  guard let answer, answer.status == status, answer.body.isEmpty else { return false }
  let allowed: Set = ["date", "content-length", "connection", "retry-after"]
  return answer.headers.allSatisfy { allowed.contains($0.name) }
}
