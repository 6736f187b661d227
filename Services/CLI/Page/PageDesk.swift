import Cryptography
import GraphAPI
import HTTPClient
import Pages
import Postgres
import ServiceKit
import SocketLoop

/// What a command needs to call Meta for one page or for hundreds: the database, the keys, and one client for all.
struct PageDesk: Sendable {
  /// Pages at once.
  static let width = 8

  let connection: PostgresConnection
  let graph: GraphClient
  private let keys: SealingKeys
  private let secrets: AppSecrets

  /// Lends a desk for as long as `body` runs.
  static func with<Value: Sendable>(
    _ database: DatabaseOptions, doing: String, _ body: @Sendable (PageDesk) async throws -> Value
  ) async throws -> Value {
    let settings = try Settings(service: .outbound, arguments: ["martlet"])
    let keys = try SealingKeys(json: try settings.keysJSON)
    let secrets = AppSecrets(try settings.appSecrets)
    let graph = GraphClient(
      http: HTTPClient(loop: SocketLoop(), authorities: settings.string(.graphAuthorities)), baseURL: settings.graphURL,
      timeout: try settings.seconds(.graphTimeout, default: .seconds(10)))
    return try await database.withConnection(doing: doing) { connection in
      try await body(PageDesk(connection: connection, graph: graph, keys: keys, secrets: secrets))
    }
  }

  /// The pages that are meant, in the order of their ids.
  func pages(_ options: PagesOptions) async throws -> [String] {
    guard options.all else { return Set(options.page).sorted() }
    let rows = try await connection.run(
      Statement("page.all", "SELECT page_id FROM martlet.page ORDER BY page_id"))
    guard rows.count > 0 else {
      throw ToolError(
        code: .notFound, doing: "find the pages", cause: "the database knows none",
        remedy: "name them in MARTLET_PAGES and start identity")
    }
    return try rows.map { try $0.string("page_id") }
  }

  /// - Throws: ``PageTrouble`` where the page has no token that lives.
  func access(to id: String) async throws -> PageAccess {
    let page = try await PageDirectory.read(id, keys: keys) { try await connection.run($0) }
    guard case .live(let token) = page.token else {
      throw PageTrouble(what: "it has no token that lives; martlet page token set \(id)")
    }
    return PageAccess(page: id, token: token, appSecretProof: secrets.proof(for: token, appID: page.appID))
  }

  /// Does the same for each page, some at a time, and tells of each in the order of `pages` as soon as it is done.
  func each(
    _ pages: [String], _ work: @escaping @Sendable (String) async throws -> PageReport
  ) async throws -> PageTally {
    var tally = PageTally()
    var done: [Int: PageReport] = [:]
    var told = 0
    try await withThrowingTaskGroup(of: (Int, PageReport).self) { tasks in
      var next = 0
      func begin() {
        guard next < pages.count else { return }
        let (index, page) = (next, pages[next])
        next += 1
        tasks.addTask { (index, try await Self.report(page, work)) }
      }
      for _ in 0..<Self.width { begin() }
      while let (index, report) = try await tasks.next() {
        done[index] = report
        begin()
        while let report = done.removeValue(forKey: told) {
          for line in report.lines { print(line) }
          tally.count(report.outcome)
          told += 1
        }
      }
    }
    return tally
  }

  /// One page's trouble is no other page's. The database's is everybody's.
  private static func report(
    _ page: String, _ work: @Sendable (String) async throws -> PageReport
  ) async throws -> PageReport {
    do {
      return try await work(page)
    } catch let error as GraphError {
      return PageReport(lines: ["page \(page): \(error)"], outcome: .failed)
    } catch let error as PageTrouble {
      return PageReport(lines: ["page \(page): \(error.what)"], outcome: .failed)
    }
  }
}

/// Why nothing can be done for one page.
struct PageTrouble: Error {
  let what: String
}

/// What a command has to tell of one page.
struct PageReport: Sendable {
  enum Outcome: Sendable { case same, differs, changed, failed }

  var lines: [String]
  var outcome: Outcome
}

/// How many pages ended in which way.
struct PageTally: Sendable {
  private(set) var counts: [PageReport.Outcome: Int] = [:]

  mutating func count(_ outcome: PageReport.Outcome) { counts[outcome, default: 0] += 1 }

  subscript(outcome: PageReport.Outcome) -> Int { counts[outcome] ?? 0 }

  /// Such as "3 pages: 1 as in the files, 2 differ".
  var line: String {
    let words: [(PageReport.Outcome, String)] = [
      (.same, "as in the files"), (.differs, "differ"), (.changed, "changed"), (.failed, "failed"),
    ]
    let parts = words.filter { self[$0.0] > 0 }.map { "\(self[$0.0]) \($0.1)" }
    let pages = counts.values.reduce(0, +)
    return "\(pages) page\(pages == 1 ? "" : "s"): \(parts.joined(separator: ", "))"
  }
}
