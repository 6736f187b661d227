import Cryptography
import Logging
import Pages
import Postgres
import ServiceKit
import ServiceLifecycle

/// Puts the pages that the settings name into the table, their tokens sealed, once PostgreSQL takes them.
struct PageSealer: Service {
  let pages: [Settings.PageSetting]
  let keys: SealingKeys
  let pool: PostgresPool
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for page in pages {
        while !Task.isCancelled, await !store(page) { try? await Task.sleep(for: .seconds(1)) }
      }
    }
    try? await gracefulShutdown()
  }

  private func store(_ page: Settings.PageSetting) async -> Bool {
    do {
      try await PageToken.store(
        page.token, pageID: page.id, appID: page.app, name: page.name,
        rule: page.unknownRule == .resend ? .resend : .hold, keys: keys, in: pool)
      try await pool.run(
        Statement(
          "page.media",
          """
          UPDATE martlet.page SET media_types = $2::text[], media_max_bytes = COALESCE($3::bigint, media_max_bytes)
          WHERE page_id = $1
          """,
          [.text(page.id), .texts(page.media?.types ?? []), .int(page.media?.maximumBytes)]))
      logger.notice("page token sealed", metadata: ["page.id": "\(page.id)"])
      return true
    } catch {
      logger.debug("page token not stored yet", metadata: ["page.id": "\(page.id)", "error": "\(error)"])
      return false
    }
  }
}
