import Access
import HTTPClient
import Hummingbird
import JSON
import Logging
import Messenger
import Postgres
import ServiceKit
import SocketLoop
import TestKit
import Testing

@testable import Outbound

/// The running service against the document that it serves: every route, every status, every answer's shape.
@Suite("The API is as its document says")
struct APIDocumentTests {
  private static let nobody = "00000000-0000-4000-8000-000000000000"
  private let document: OpenAPIDocument

  init() throws {
    document = try OpenAPIDocument()
  }

  @Test("the routes are the document's, and none besides")
  func routes() async throws {
    try await TestDatabase.with { database in
      let api = PublicAPI(pool: database.pool, logger: Logger(label: "test"))
      let routes = api.router.routes.map(\.description).sorted()
      #expect(routes == document.operations.map(\.name).sorted())
    }
  }

  @Test("every answer that the document names comes, as it says, and no other")
  func answers() async throws {
    let seen = Watched<[APISite.Exchange]>([])
    try await APISite.with { site in
      try await walk(site)
      try await breakIt(site)
      seen.change { $0 += site.exchanges }
    }
    // Nothing listens there.
    let away = PostgresPool(
      PostgresConfiguration(url: "postgresql://nobody@127.0.0.1:1/none", applicationName: "tests"), on: SocketLoop())
    try await APISite.with(pool: away) { site in
      let key = "martlet_" + String(repeating: "0", count: 64)
      for (method, path) in paths { try await site.ask(method, path, method == "POST" ? [:] : nil, key: key) }
      seen.change { $0 += site.exchanges }
    }
    var limits = RequestLimits()
    limits.deadline = .milliseconds(200)
    try await APISite.with(limits: limits) { site in
      let key = try await site.key([.send, .broadcast])
      for path in ["/v1/messages", "/v1/broadcasts"] { try await site.post(path, length: 100, body: "{", key: key) }
      seen.change { $0 += site.exchanges }
    }

    var came: Set<String> = []
    for exchange in seen.value {
      guard let (name, operation) = document.operation(exchange.method, exchange.path) else {
        Issue.record("\(exchange.method) \(exchange.path) is not in the document")
        continue
      }
      came.insert("\(name) \(exchange.answer.status)")
      let faults = document.faults(of: exchange.answer, to: operation)
      #expect(faults.isEmpty, "\(name) \(exchange.answer.status): \(exchange.answer.text)")
    }
    #expect(came == document.answers, "missing: \(document.answers.subtracting(came).sorted())")
  }

  @Test("an address that there is not, and a method that an address does not have, are problems too")
  func nowhere() async throws {
    try await APISite.with { site in
      for (method, path) in [("GET", "/"), ("GET", "/v1/messages"), ("DELETE", "/v1/messages/\(Self.nobody)")] {
        let answer = try await site.ask(method, path)
        #expect(answer.problem == "404 no_such_route -")
        let problem: JSON = ["$ref": "#/components/schemas/Problem"]
        #expect(document.schema.faults(of: answer.json, against: problem, at: "body").isEmpty)
      }
    }
  }

  @Test("every code of a problem stands in the document, and no other")
  func codes() throws {
    let breaches: [Breach.Reason] = [
      .windowClosed(after: .standard, hours: 1), .groundsContentMismatch, .groundsRecipientMismatch,
      .tagRetired(try #require(RetiredTag("ACCOUNT_UPDATE"))), .noOperator, .unknownGrounds, .tokenUsed, .tokenExpired,
      .tokenStopped, .alreadyAnswered,
    ]
    let codes = Problem.Code.allCases.map(\.rawValue) + breaches.map { Breach($0).code }
    let listed = document.json["components"]?["schemas"]?["Problem"]?["properties"]?["code"]?["enum"]?.array
    #expect(Set(listed?.compactMap(\.string) ?? []) == Set(codes))
  }

  private var paths: [(String, String)] {
    document.operations.map(\.name).filter { !$0.hasSuffix("openapi.json") }.map { name in
      let words = name.split(separator: " ")
      return (String(words[0]), String(words[1].replacing("{id}", with: Self.nobody)))
    }
  }

  /// Each operation, in every way that needs no broken service.
  private func walk(_ site: APISite) async throws {
    try await site.ask("GET", "/openapi.json")
    let all = try await site.key([.send, .humanAgent, .broadcast, .read])
    let none = try await site.key([.humanAgent], pages: ["2"])
    try await site.meet("7")
    let message: JSON = ["page": "1", "psid": "7", "message": ["text": "Hello"], "grounds": "update"]
    let broadcast: JSON = ["page": "1", "message": ["text": "Hello"], "grounds": "update", "filter": [:]]
    for (path, body) in [("/v1/messages", message), ("/v1/broadcasts", broadcast)] {
      let (_, operation) = try #require(document.operation("POST", path))
      #expect(document.faults(ofRequest: body, to: operation).isEmpty)
      let made = try await site.ask("POST", path, body, key: all, headers: [("Idempotency-Key", path)])
      #expect(made.status == 202)
      let again = try await site.ask("POST", path, body, key: all, headers: [("Idempotency-Key", path)])
      #expect(again.header("Idempotency-Replayed") == "true")
      try await site.ask("GET", try #require(made.header("Location")), key: all)
      try await site.ask("POST", path, body, key: none)
      try await site.ask("POST", path, bytes: Array("{".utf8), key: all)
      try await site.ask("POST", path, bytes: Array("{}".utf8), key: all, headers: [("Content-Type", "text/plain")])
      try await site.ask("POST", path, [:], key: all)
      try await site.post(path, length: 100 << 20, body: "", key: all)
    }
    let id = try #require(try await site.text("SELECT id::text AS v FROM martlet.broadcast")[0])
    for wish in ["pause", "resume", "cancel"] {
      #expect(try await site.ask("POST", "/v1/broadcasts/\(id)/\(wish)", key: all).status == 200)
    }
    for wish in ["pause", "resume"] { try await site.ask("POST", "/v1/broadcasts/\(id)/\(wish)", key: all) }
    try await site.database.pool.run(Statement("finish", "UPDATE martlet.broadcast SET state = 'finished'"))
    try await site.ask("POST", "/v1/broadcasts/\(id)/cancel", key: all)
    for (method, path) in paths {
      try await site.ask(method, path, method == "POST" ? [:] : nil)
      if path.contains(Self.nobody) {
        try await site.ask(method, path, key: all)
        try await site.ask(method, path, key: none)
      }
    }
  }

  /// The schema of another version, as it were.
  private func breakIt(_ site: APISite) async throws {
    let key = try await site.key([.read])
    try await site.database.pool.run(Statement("drop", "DROP FUNCTION martlet.api_key_check(bytea)"))
    for (method, path) in paths { try await site.ask(method, path, method == "POST" ? [:] : nil, key: key) }
  }
}
