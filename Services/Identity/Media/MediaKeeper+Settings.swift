import HTTPClient
import Logging
import ServiceKit
import ServiceLifecycle

extension MediaKeeper {
  /// Retention, and before it the keeper, unless no store is named.
  /// - Throws: `ConfigurationError` when a page wants what there is no store for.
  static func services(
    _ settings: Settings, pages: [Settings.PageSetting], database: Database, logger: Logger
  ) throws -> [any Service] {
    let table = MediaTable(pool: database.pool)
    // Apart from the Graph API's connections: what comes from links must not take their places.
    let http = HTTPClient(loop: database.loop, limits: .init(connectionsPerHost: 8, connections: 16))
    let store = try MediaStores.make(settings, http: http)
    let days = try settings.int(.mediaKeepDays, default: 30, in: 1...3650)
    let retention = MediaRetention(table: table, store: store, age: .seconds(days * 86_400), logger: logger)
    guard let store else {
      if pages.contains(where: { $0.media != nil }) { _ = try settings.required(.mediaStore) }
      return [retention]
    }
    let keeper = MediaKeeper(
      table: table,
      fetcher: MediaFetcher(http: http, hosts: settings.string(.mediaHosts).map { MediaHosts($0) } ?? MediaHosts()),
      store: store, logger: logger)
    return [keeper, retention]
  }
}
