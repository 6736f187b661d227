package import Cryptography
package import Postgres

/// Looks pages up for the services that call Meta: read from the table, opened, and remembered for a moment.
package actor PageDirectory {
  private struct Entry {
    let page: Page
    let readAt: ContinuousClock.Instant
  }

  private let pool: PostgresPool
  private let keys: SealingKeys
  private let remember: Duration
  private var entries: [String: Entry] = [:]
  private var reading: [String: Task<Page, any Error>] = [:]

  /// - Parameter remember: How old an answer may be; a new token is used that much later.
  package init(pool: PostgresPool, keys: SealingKeys, remember: Duration = .seconds(2)) {
    self.pool = pool
    self.keys = keys
    self.remember = remember
  }

  package func page(_ id: String) async throws -> Page {
    if let entry = entries[id], entry.readAt.duration(to: .now) < remember { return entry.page }
    if let task = reading[id] { return try await task.value }
    // Shared by all who ask meanwhile, so that no caller's cancellation ends it for the others.
    let task = Task { try await read(id) }
    reading[id] = task
    defer { reading[id] = nil }
    let page = try await task.value
    entries[id] = Entry(page: page, readAt: .now)
    return page
  }

  /// Meta refused the token: nobody uses it again. A newer one that came meanwhile is left alone.
  package func markDead(_ id: String, token: String) async throws {
    entries[id] = nil
    let rows = try await pool.run(
      Statement("page.token", "SELECT token FROM martlet.page WHERE page_id = $1 AND token IS NOT NULL", [.text(id)]))
    guard let sealed = try rows.first?.bytes("token") else { return }
    guard let opened = try? keys.open(sealed, for: PageToken.context(of: id)), opened == Array(token.utf8) else {
      return
    }
    try await pool.run(
      Statement(
        "page.dead", "UPDATE martlet.page SET token_state = 'dead' WHERE page_id = $1 AND token = $2::bytea",
        [.text(id), .bytes(sealed)]))
  }

  private func read(_ id: String) async throws -> Page {
    try await Self.read(id, keys: keys) { try await pool.run($0) }
  }

  /// The page as it stands now.
  package static func read(
    _ id: String, keys: SealingKeys, run: (Statement) async throws -> Rows
  ) async throws -> Page {
    let rows = try await run(
      Statement(
        "page.read", "SELECT app_id, token, token_state, unknown_rule FROM martlet.page WHERE page_id = $1",
        [.text(id)]))
    guard let row = rows.first else { return Page(id: id, appID: nil, token: .missing, unknownRule: .hold) }
    let isLive = try row.string("token_state") == "live"
    let opened = isLive ? try? keys.open(try row.bytes("token"), for: PageToken.context(of: id)) : nil
    let token: Page.Token =
      switch (try row.string("token_state"), opened) {
      case ("missing", _): .missing
      case (_, let opened?): .live(String(decoding: opened, as: UTF8.self))
      default: .dead
      }
    return Page(
      id: id, appID: try row.string("app_id"), token: token,
      unknownRule: Page.UnknownRule(rawValue: try row.string("unknown_rule")) ?? .hold)
  }
}
