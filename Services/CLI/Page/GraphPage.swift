import Cryptography
import GraphAPI
import HTTPClient
import Pages
import Postgres
import ServiceKit
import SocketLoop

/// A page as a command calls Meta for it: its token opened, and the way there.
struct GraphPage: Sendable {
  let graph: GraphClient
  let token: String
  let proof: String?

  /// - Throws: ``ToolError`` where the page has no token that lives.
  init(_ id: String, _ database: DatabaseOptions, doing: String) async throws {
    let settings = try Settings(service: .outbound, arguments: ["martlet"])
    let keys = try SealingKeys(json: try settings.keysJSON)
    let page = try await database.withConnection(doing: doing) { connection in
      try await PageDirectory.read(id, keys: keys) { try await connection.run($0) }
    }
    guard case .live(let token) = page.token else {
      throw ToolError(
        code: .notFound, doing: doing, cause: "page \(id) has no token that lives",
        remedy: "martlet page token set \(id)")
    }
    self.token = token
    proof = AppSecrets(try settings.appSecrets).proof(for: token, appID: page.appID)
    graph = GraphClient(
      http: HTTPClient(loop: SocketLoop(), authorities: settings.string(.graphAuthorities)), baseURL: settings.graphURL,
      timeout: try settings.seconds(.graphTimeout, default: .seconds(10)))
  }
}
