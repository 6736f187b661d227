import Access
import HTTPTypes
import Hummingbird
import Postgres

/// Who comes in: callers with a live key. Looked at in the table with each request, so that a revoked key ends at once.
struct APIGate: Sendable {
  let pool: PostgresPool

  func caller(of request: Request) async throws -> APIKey {
    let claims = request.headers[values: .authorization]
    guard claims.count == 1, let space = claims[0].firstIndex(of: " "), claims[0][..<space].lowercased() == "bearer",
      let secret = APIKeySecret(claims[0][space...].drop { $0 == " " }),
      let key = try await APIKeyTable.check(secret, in: pool)
    else { throw Problem.noKey }
    return key
  }
}

extension APIKey {
  /// For a statement's `text[]` of pages; null is every page.
  var pagesParameter: Parameter { pages.map { .array($0.sorted().map { Optional($0) }) } ?? .null }
}
