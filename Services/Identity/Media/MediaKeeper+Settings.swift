import HTTPClient
import Logging
import ServiceKit

extension MediaKeeper {
  /// Nil where no page wants anything kept and no store is named.
  /// - Throws: `ConfigurationError` when a page wants what there is no store for.
  static func make(
    _ settings: Settings, pages: [Settings.PageSetting], database: Database, logger: Logger
  ) throws -> MediaKeeper? {
    // Apart from the Graph API's connections: what comes from links must not take their places.
    let http = HTTPClient(loop: database.loop, limits: .init(connectionsPerHost: 8, connections: 16))
    guard let store = try MediaStores.make(settings, http: http) else {
      if pages.contains(where: { $0.media != nil }) { _ = try settings.required(.mediaStore) }
      return nil
    }
    return MediaKeeper(
      table: MediaTable(pool: database.pool),
      fetcher: MediaFetcher(http: http, hosts: settings.string(.mediaHosts).map { MediaHosts($0) } ?? MediaHosts()),
      store: store, logger: logger)
  }
}
