import Logging
import Metrics
import Postgres
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Tells operators of pages that wait for a token: once in the log, whichever outbound sees it first, and on `/metrics`
/// and `/health` as long as it lasts.
struct PageWatch: Service {
  let pool: PostgresPool
  let logger: Logger
  var pause = Duration.seconds(5)
  private let waiting = Waiting()

  /// The pages that wait now.
  private final class Waiting: Sendable {
    let pages = Mutex<[WaitingPage]>([])
  }

  /// People counted up to this many.
  private static let bound = 10_001

  init(pool: PostgresPool, health: Health, logger: Logger) {
    (self.pool, self.logger) = (pool, logger)
    let waiting = waiting
    health.register("pages", critical: false) {
      let pages = waiting.pages.withLock { $0 }
      return pages.isEmpty ? .ok() : .failing(reason: WaitingPage.sentence(pages))
    }
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      // A page without a row has nothing to note the alarm in: told once by each process.
      var strangers: Set<String> = []
      while !Task.isCancelled {
        if let pages = try? await look() { tell(pages, &strangers) }
        try? await Task.sleep(for: pause)
      }
    }
  }

  func look() async throws -> [WaitingPage] {
    try await pool.run(Statement("pages.waiting", "SELECT * FROM martlet.pages_waiting($1)", [.int(Self.bound)]))
      .map(WaitingPage.init)
  }

  private func tell(_ pages: [WaitingPage], _ strangers: inout Set<String>) {
    for page in pages where page.isNew || (!page.isKnown && strangers.insert(page.id).inserted) {
      logger.error(
        "a page waits for a token: its messages are kept",
        metadata: [
          "page.id": "\(page.id)", "page.token": "\(page.tokenState)", "page.conversations": "\(page.conversations)",
          "remedy": "martlet page token set \(page.id)",
        ])
    }
    let before = waiting.pages.withLock { old in
      defer { old = pages }
      return old
    }
    for page in before where !pages.contains(where: { $0.id == page.id }) {
      logger.notice("a page has a token again: its messages go out", metadata: ["page.id": "\(page.id)"])
    }
    strangers.formIntersection(pages.map(\.id))
    for state in WaitingPage.states {
      Gauge(label: "martlet_pages_waiting", dimensions: [("token", state)])
        .record(pages.count { $0.tokenState == state })
    }
  }
}

/// A page whose messages wait for a token.
struct WaitingPage: Sendable {
  static let states = ["dead", "missing"]

  let id: String
  /// "dead" where Meta refused it, "missing" where there was none.
  let tokenState: String
  /// People whose messages wait, up to 10,001.
  let conversations: Int
  /// Nobody was told yet.
  let isNew: Bool
  /// It stands in `martlet.page`.
  let isKnown: Bool

  init(_ row: Row) throws {
    id = try row.string("page_id")
    tokenState = try row.string("token_state")
    conversations = try row.int("conversations")
    isNew = try row.bool("is_new")
    isKnown = try row.optionalString("alarmed_at") != nil
  }

  /// For health: the first few by name.
  static func sentence(_ pages: [WaitingPage]) -> String {
    let named = pages.prefix(5).map { "\($0.id) (token \($0.tokenState), \($0.conversations) people wait)" }
    let more = pages.count > 5 ? " and \(pages.count - 5) more" : ""
    return "waiting for a token: \(named.joined(separator: ", "))\(more); martlet page token set PAGE"
  }
}
