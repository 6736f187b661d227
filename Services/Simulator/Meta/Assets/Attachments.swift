import Synchronization

/// The files that pages keep at Meta: each is private to its page and gone after 90 days (Meta, saving assets).
final class Attachments: Sendable {
  struct Attachment: Sendable, Hashable {
    var page: String
    var type: String
    var madeAt: Int64
  }

  private let ids = Atomic<Int>(1_000_000_000_000_000)
  private let kept = Mutex<[String: Attachment]>([:])

  /// The id of a new one.
  func keep(_ type: String, page: String, at now: Int64 = platformTime()) -> String {
    let id = String(ids.add(1, ordering: .relaxed).newValue)
    kept.withLock { $0[id] = Attachment(page: page, type: type, madeAt: now) }
    return id
  }

  /// - Parameter type: nil takes any.
  func check(_ id: String, type: String?, page: String, at now: Int64 = platformTime()) throws(GraphError) {
    let days = Int64(LimitTable<PlatformLimit>.meta[.attachmentDays].upperBound)
    guard let attachment = kept.withLock({ $0[id] }), attachment.page == page,
      now - attachment.madeAt <= days * 86_400_000
    else { throw .badAttachment }
    guard type == nil || attachment.type == type else { throw .attachmentType }
  }

  /// Makes one older, so that a test need not wait 90 days.
  func age(_ id: String, by milliseconds: Int64) {
    kept.withLock { $0[id]?.madeAt -= milliseconds }
  }
}
