package import JSON

/// Something a person wrote or sent (Meta, `messages`).
package struct IncomingMessage: Sendable, Hashable {
  package var mid: String
  /// Absent when only attachments came.
  package var text: String?
  package var quickReplyPayload: String?
  /// `{type, payload}` as they came.
  package var attachments: [JSON]

  package init(mid: String, text: String? = nil, quickReplyPayload: String? = nil, attachments: [JSON] = []) {
    self.mid = mid
    self.text = text
    self.quickReplyPayload = quickReplyPayload
    self.attachments = attachments
  }
}

/// A tap on a button, the menu or Get Started (Meta, `messaging_postbacks`).
package struct Postback: Sendable, Hashable {
  /// Absent before Graph API v11.0.
  package var mid: String?
  package var title: String?
  /// Absent in standby copies.
  package var payload: String?

  package init(mid: String? = nil, title: String? = nil, payload: String? = nil) {
    self.mid = mid
    self.title = title
    self.payload = payload
  }
}

/// A message that the page sent, through us or through anyone else (Meta, `message_echoes`).
package struct Echo: Sendable, Hashable {
  package var mid: String
  package var appID: String?
  /// What the sender put into `message.metadata`: how we know our own sends again.
  package var metadata: String?
  package var text: String?

  package init(mid: String, appID: String? = nil, metadata: String? = nil, text: String? = nil) {
    self.mid = mid
    self.appID = appID
    self.metadata = metadata
    self.text = text
  }
}

/// Messages that reached the person (Meta, `message_deliveries`).
package struct Delivery: Sendable, Hashable {
  /// Often empty: then only the watermark says what arrived.
  package var mids: [String]
  /// Milliseconds: everything sent up to here was delivered.
  package var watermark: Int64

  package init(mids: [String] = [], watermark: Int64) {
    self.mids = mids
    self.watermark = watermark
  }
}

/// Messages that the person saw (Meta, `message_reads`).
package struct Read: Sendable, Hashable {
  /// Milliseconds: everything sent up to here was read.
  package var watermark: Int64

  package init(watermark: Int64) {
    self.watermark = watermark
  }
}

extension WebhookEvent.Kind {
  /// The body names no type: the member that is there tells.
  init(of item: JSON) {
    if let message = item["message"] {
      self = Self.message(message)
    } else if let postback = item["postback"] {
      self = .postback(
        Postback(mid: postback["mid"]?.text, title: postback["title"]?.text, payload: postback["payload"]?.text))
    } else if let delivery = item["delivery"] {
      guard let watermark = delivery["watermark"]?.milliseconds else {
        self = .unknown("delivery.malformed")
        return
      }
      self = .delivery(Delivery(mids: delivery["mids"]?.array?.compactMap(\.text) ?? [], watermark: watermark))
    } else if let read = item["read"] {
      guard let watermark = read["watermark"]?.milliseconds else {
        self = .unknown("read.malformed")
        return
      }
      self = .read(Read(watermark: watermark))
    } else {
      self = .unknown(Self.memberName(in: item))
    }
  }

  private static func message(_ message: JSON) -> Self {
    guard let mid = message["mid"]?.text, !mid.isEmpty else { return .unknown("message.malformed") }
    if message["is_echo"]?.bool == true {
      return .echo(
        Echo(
          mid: mid, appID: message["app_id"]?.text, metadata: message["metadata"]?.text,
          text: message["text"]?.string))
    }
    if message["is_deleted"]?.bool == true { return .unknown("message.deleted") }
    return .message(
      IncomingMessage(
        mid: mid, text: message["text"]?.text, quickReplyPayload: message["quick_reply"]?["payload"]?.text,
        attachments: message["attachments"]?.array ?? []))
  }

  private static let envelope: Set = ["sender", "recipient", "timestamp", "prior_message", "hop_context", "lead"]

  private static func memberName(in item: JSON) -> String {
    let member = item.object?.first { !envelope.contains($0.key) }
    return member.flatMap { JSON.string($0.key).name } ?? "unnamed"
  }
}
