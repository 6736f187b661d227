import Cryptography
import Logging
import Metrics
import ServiceLifecycle

/// Fetches what pages want kept and puts it into the store, a few at a time; any number of processes may do so at once.
/// No log line and no metric ever holds a link.
struct MediaKeeper: Service {
  /// Failures after which a link is given up, some hours after it came.
  static let attempts = 12

  let table: MediaTable
  let fetcher: MediaFetcher
  let store: any MediaStore
  let logger: Logger
  /// Attachments fetched at once, each on a line of its own: a slow host holds up one of them.
  var lines = 4
  var pause = Duration.seconds(1)

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { tasks in
        for _ in 0..<lines { tasks.addTask { await work() } }
      }
    }
  }

  private func work() async {
    while !Task.isCancelled {
      let found = await logger.attempt("fetch media") { try await step() } ?? false
      // Nothing tells of a new link: it may wait this long.
      if !found { try? await Task.sleep(for: pause) }
    }
  }

  /// Fetches one attachment; false when none is due.
  func step() async throws -> Bool {
    guard let item = try await table.take(patience: MediaFetcher.timeout * 5) else { return false }
    guard let url = item.url else {
      try await table.end(item, "expired", nil)
      return true
    }
    switch await fetcher.fetch(url, type: item.type, limit: item.limit) {
    case .fetched(let bytes, let type): try await keep(bytes, type, item)
    case .refused(let reason): try await end(item, "refused", reason)
    case .expired: try await end(item, "expired", nil)
    case .failed(let reason): try await later(item, reason)
    }
    return true
  }

  private func keep(_ bytes: [UInt8], _ type: String, _ item: MediaTable.Item) async throws {
    let place = MediaPlace.of(page: item.page, mid: item.mid, position: item.position)
    do {
      try await store.put(bytes, at: place, type: type)
    } catch {
      logger.warning("media not kept", metadata: ["page.id": "\(item.page)", "error": "\(error)"])
      return try await later(item, "store")
    }
    try await table.keep(
      item, MediaTable.Kept(size: bytes.count, sha256: SHA256.hash(bytes), type: type, place: place))
    count("kept")
    logger.info("media kept", metadata: ["page.id": "\(item.page)", "media.bytes": "\(bytes.count)"])
  }

  private func end(_ item: MediaTable.Item, _ state: String, _ reason: String?) async throws {
    try await table.end(item, state, reason)
    count(state)
    logger.notice(
      "media not kept", metadata: ["page.id": "\(item.page)", "media.state": "\(state)", "reason": "\(reason ?? "")"])
  }

  /// Meta's own pause is not known: 5 s, doubling up to half an hour, a part of it random.
  private func later(_ item: MediaTable.Item, _ reason: String) async throws {
    guard item.attempt < Self.attempts else { return try await end(item, "refused", reason) }
    let longest = min(Duration.seconds(5) * (1 << min(item.attempt - 1, 10)), .seconds(1800))
    count("retry")
    try await table.later(item, after: longest * Double.random(in: 0.5...1), reason)
  }

  private func count(_ outcome: String) {
    Counter(label: "martlet_media_total", dimensions: [("outcome", outcome)]).increment()
  }
}
