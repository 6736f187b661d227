import Access
import HTTPClient
import Hummingbird
import JSON
import Logging
import Postgres
import ServiceKit
import ServiceLifecycle
import Synchronization
import TestKit

@testable import Outbound

/// outbound's API on a free port before a database of its own, and whoever calls it. What was asked and answered is kept,
/// to be held against the document.
final class APISite: Sendable {
  struct Exchange: Sendable {
    let method: String
    let path: String
    let answer: HTTPClientResponse
  }

  let port: Int
  let database: TestDatabase
  private let client: HTTPClient
  private let log = Mutex<[Exchange]>([])

  var exchanges: [Exchange] { log.withLock { $0 } }

  private init(port: Int, database: TestDatabase) {
    self.port = port
    self.database = database
    client = HTTPClient(loop: database.loop)
  }

  /// Lends a site; page 1 is connected.
  static func with(
    pool: PostgresPool? = nil, limits: RequestLimits = RequestLimits(), _ body: @Sendable (APISite) async throws -> Void
  ) async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(
        Statement("page", "INSERT INTO martlet.page (page_id, app_id) VALUES ('1', 'app')"))
      let settings = try Settings(service: .outbound, environment: ["MARTLET_PORT": "0"], arguments: ["program"])
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let ports = AsyncStream<Int>.makeStream()
      let server = PublicServer(
        router: PublicAPI(pool: pool ?? database.pool, logger: logger).router, settings: settings, limits: limits,
        logger: logger
      ) { ports.continuation.yield($0) }
      let group = ServiceGroup(services: [server], logger: logger)
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
          defer { ports.continuation.finish() }
          try await group.run()
        }
        var iterator = ports.stream.makeAsyncIterator()
        if let port = await iterator.next() {
          do { try await body(APISite(port: port, database: database)) } catch {
            await group.triggerGracefulShutdown()
            throw error
          }
          await group.triggerGracefulShutdown()
        }
        try await tasks.waitForAll()
      }
    }
  }

  /// A key's text.
  func key(_ rights: Set<APIRight>, pages: Set<String>? = ["1"]) async throws -> String {
    try await database.pool.withConnection { connection in
      try await APIKeyTable.create(name: "test", rights: rights, pages: pages, by: "a test", on: connection).secret.text
    }
  }

  /// A person who wrote to page 1 that many hours ago; nil never did.
  func meet(_ person: String, hoursAgo: Int? = 0) async throws {
    try await database.pool.run(
      Statement(
        "meet",
        """
        INSERT INTO martlet.contact (page_id, person, first_in_at, last_in_at, profile_state)
        VALUES ('1', $1, now() - $2::int * interval '1 hour', now() - $2::int * interval '1 hour', 'known')
        """, [.text(person), .int(hoursAgo)]))
  }

  @discardableResult
  func ask(
    _ method: String, _ path: String, _ body: JSON? = nil, key: String? = nil, headers: [(String, String)] = []
  ) async throws -> HTTPClientResponse {
    try await ask(method, path, bytes: body?.bytes(), key: key, headers: headers)
  }

  @discardableResult
  func ask(
    _ method: String, _ path: String, bytes: [UInt8]?, key: String? = nil, headers: [(String, String)] = []
  ) async throws -> HTTPClientResponse {
    var all = headers
    if let key { all.append(("Authorization", "Bearer \(key)")) }
    if bytes != nil, !headers.contains(where: { $0.0 == "Content-Type" }) {
      all.append(("Content-Type", "application/json"))
    }
    let request = HTTPClientRequest(
      method: method, url: "http://127.0.0.1:\(port)\(path)", headers: all, body: bytes ?? (method == "POST" ? [] : nil)
    )
    let answer = try await client.send(request)
    log.withLock { $0.append(Exchange(method: method, path: path, answer: answer)) }
    return answer
  }

  /// Announces a body, and sends only so much of it.
  func post(_ path: String, length: Int, body: String, key: String) async throws {
    let head = [
      "POST \(path) HTTP/1.1", "Host: api", "Authorization: Bearer \(key)", "Content-Type: application/json",
      "Content-Length: \(length)",
    ]
    let port = port
    let answer = try await onOwnThread {
      let connection = try RawConnection(port: port)
      connection.send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
      return try connection.answer()
    }
    guard let answer else { return }
    let headers = answer.headers.map { ($0.name, $0.value) }
    let response = HTTPClientResponse(status: answer.status, headers: headers, body: answer.body)
    log.withLock { $0.append(Exchange(method: "POST", path: path, answer: response)) }
  }

  func text(_ sql: String) async throws -> [String?] {
    try await database.pool.run(Statement("test", sql)).map { try $0.optionalString("v") }
  }
}

extension HTTPClientResponse {
  /// The answer's body, or null where it is no JSON.
  var json: JSON { (try? JSON(parsing: body)) ?? .null }

  /// What a problem says: its status, code and field.
  var problem: String { "\(status) \(json["code"]?.string ?? "-") \(json["field"]?.string ?? "-")" }
}
