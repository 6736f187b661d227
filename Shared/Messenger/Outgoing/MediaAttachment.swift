package import JSON

/// A file, by its address or by the id under which the page has uploaded it.
package struct MediaAttachment: Sendable, Hashable {
  package enum Kind: String, Sendable, Hashable, CaseIterable {
    case image, audio, video, file
  }

  package enum Source: Sendable, Hashable {
    /// Meta fetches it: within 10 s (video 75 s), at most 25 MB (images 8 MB). The answer to a reusable one brings
    /// its id.
    case url(String, isReusable: Bool = false)
    /// Belongs to the page and lives 90 days.
    case id(String)
  }

  package var kind: Kind
  package var source: Source

  package init(_ kind: Kind, _ source: Source) {
    self.kind = kind
    self.source = source
  }

  /// `message.attachment` of a call.
  package var requestBody: JSON {
    let payload: JSON =
      switch source {
      case .url(let url, false): ["url": .string(url)]
      case .url(let url, true): ["url": .string(url), "is_reusable": true]
      case .id(let id): ["attachment_id": .string(id)]
      }
    return ["type": .string(kind.rawValue), "payload": payload]
  }

  init?(json: JSON) {
    guard let kind = json["type"]?.string.flatMap({ Kind(rawValue: $0) }), let payload = json["payload"] else {
      return nil
    }
    if let id = payload["attachment_id"]?.text {
      self.init(kind, .id(id))
    } else if let url = payload["url"]?.string {
      self.init(kind, .url(url, isReusable: payload["is_reusable"].isTrue))
    } else {
      return nil
    }
  }
}

extension MediaAttachment {
  /// The body of `POST /{page}/message_attachments`, whose answer is an `attachment_id`; for a file's own bytes the
  /// body's `message` is one part of a form, beside `filedata`.
  package static func upload(_ kind: Kind, url: String? = nil) -> JSON {
    var payload: JSONObject = ["is_reusable": true]
    payload["url"] = url.map { .string($0) }
    return ["message": ["attachment": ["type": .string(kind.rawValue), "payload": .object(payload)]]]
  }
}
