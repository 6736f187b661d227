import Synchronization

/// What lies at the addresses that messages name. Nothing is fetched: an address that the control side said nothing of
/// holds a small file of the right type.
final class MediaShelf: Sendable {
  struct Media: Sendable, Hashable {
    /// nil: Meta cannot fetch it.
    var bytes: Int?
    /// audio, file, image or video; nil: what the message says.
    var type: String?
    /// Takes longer to fetch than Meta waits.
    var isSlow = false
  }

  private let media = Mutex<[String: Media]>([:])

  func put(_ item: Media, at url: String) { media.withLock { $0[url] = item } }

  /// - Throws: What Meta answers for a file that is away, of another type or too large (Meta, error codes).
  func check(_ url: String, type: String) throws(GraphError) {
    guard let item = media.withLock({ $0[url] }) else { return }
    guard let bytes = item.bytes else { throw .notFetched }
    if item.isSlow { throw type == "video" ? .videoTimeout : .notFetched }
    guard item.type == nil || item.type == type || type == "file" else { throw .attachmentType }
    try Self.check(bytes, type: type, isUpload: false)
  }

  static func check(_ bytes: Int, type: String, isUpload: Bool) throws(GraphError) {
    let limits = LimitTable<PlatformLimit>.meta
    let limit = type == "image" && !isUpload ? limits[.image] : limits[.attachment]
    guard bytes <= limit.upperBound else { throw .attachmentTooLarge }
  }
}
