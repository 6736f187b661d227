import Messenger
import Postgres

/// An attachment that came with a link: noted beside its event, because the link expires.
struct MediaLink: Sendable {
  let page: String
  let person: String
  /// The event's key.
  let mid: String
  let position: Int
  let type: String
  let url: String
  /// Seconds since 1970, as the link says.
  let expiry: Int64?

  /// Those of a message that somebody wrote to the page itself.
  static func all(in event: WebhookEvent) -> [MediaLink] {
    guard case .message(let message) = event.kind, !message.attachments.isEmpty, !event.isStandby,
      !event.person.isEmpty, !event.pageID.isEmpty
    else { return [] }
    return message.attachments.prefix(100).enumerated().compactMap { position, attachment in
      guard let type = attachment.kind.mediaType, let url = attachment.url, !url.isEmpty else { return nil }
      return MediaLink(
        page: event.pageID, person: event.person, mid: event.key, position: position, type: type, url: url,
        expiry: expiry(of: url))
    }
  }

  static func note(_ links: [MediaLink]) -> Statement {
    Statement(
      "media.note",
      """
      SELECT martlet.media_note(
        $1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[])
      """,
      [
        .texts(links.map(\.page)), .texts(links.map(\.person)), .texts(links.map(\.mid)),
        .smallints(links.map(\.position)), .texts(links.map(\.type)), .texts(links.map(\.url)),
        .array(links.map { $0.expiry.map { String($0) } }),
      ])
  }

  /// Links into Meta's storage carry the end of their time in `oe`, in hexadecimal seconds. Meta documents it nowhere, so
  /// a link without it, or with something else in it, is one whose end is not known.
  static func expiry(of url: String) -> Int64? {
    guard let query = url.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
    let value = query.split(separator: "&").first { $0.hasPrefix("oe=") }?.dropFirst(3)
    guard let value, value.utf8.count == 8, let seconds = Int64(value, radix: 16) else { return nil }
    return seconds > 1_400_000_000 ? seconds : nil
  }
}

extension Attachment.Kind {
  /// Nil for what is no file of Meta's: a fallback's link leads anywhere.
  fileprivate var mediaType: String? {
    switch self {
    case .image: "image"
    case .audio: "audio"
    case .video: "video"
    case .file: "file"
    case .sticker: "sticker"
    case .reel: "reel"
    default: nil
    }
  }
}
