internal import JSON
package import Messenger

/// Which of Meta's limits on a page's sends a message counts against (Meta, Messenger Platform rate limits).
package enum SendKind: String, Sendable, CaseIterable {
  /// Text, links, reactions, stickers and whatever else is not audio or video.
  case text
  case audioVideo

  package init(_ message: OutgoingMessage) {
    switch message.content {
    case .attachment(let media, _) where media.kind == .audio || media.kind == .video: self = .audioVideo
    case .template(let template, _) where template.payload["elements"]?[0]?["media_type"]?.string == "video":
      self = .audioVideo
    case .text, .attachment, .template, .utility, .sticker, .action: self = .text
    }
  }

  /// Calls a second and page, over all workers.
  var perSecond: Double {
    switch self {
    case .text: 300
    case .audioVideo: 10
    }
  }
}
