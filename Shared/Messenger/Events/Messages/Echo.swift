import JSON

/// A message that the page sent, through us or through anyone else (Meta, `message_echoes`).
package struct Echo: Sendable, Hashable {
  package var mid: String
  /// Which app sent it; `263902037430900` is the Page Inbox, where a person types.
  package var appID: String?
  /// What the sender put into `message.metadata`: how we know our own sends again.
  package var metadata: String?
  package var text: String?
  package var attachments: [Attachment]
  package var replyTo: ReplyTo?
  /// Whether it carries a quick reply's payload.
  package var isQuickReply: Bool

  package init(
    mid: String, appID: String? = nil, metadata: String? = nil, text: String? = nil, attachments: [Attachment] = [],
    replyTo: ReplyTo? = nil, isQuickReply: Bool = false
  ) {
    self.mid = mid
    self.appID = appID
    self.metadata = metadata
    self.text = text
    self.attachments = attachments
    self.replyTo = replyTo
    self.isQuickReply = isQuickReply
  }
}

extension Echo {
  init(mid: String, _ body: JSON) {
    self.init(
      mid: mid, appID: body["app_id"]?.identifier, metadata: body["metadata"]?.text, text: body["text"]?.text,
      attachments: Attachment.list(body["attachments"]), replyTo: ReplyTo(body["reply_to"]),
      isQuickReply: body["quick_reply"]?.present != nil)
  }
}

extension Echo: Understood {
  var understood: JSON {
    .understood([
      "mid": mid, "app_id": appID, "metadata": metadata, "text": text, "attachments": attachments,
      "reply_to": replyTo, "is_quick_reply": isQuickReply,
    ])
  }
}
