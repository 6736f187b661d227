/// Which of Meta's limits on a page's sends a message counts against (Meta, Messenger Platform rate limits).
package enum SendKind: String, Sendable, CaseIterable {
  /// Text, links, reactions, stickers and whatever else is not audio or video.
  case text
  case audioVideo

  /// Calls a second and page, over all workers.
  var perSecond: Double {
    switch self {
    case .text: 300
    case .audioVideo: 10
    }
  }
}
