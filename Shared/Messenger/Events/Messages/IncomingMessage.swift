package import JSON

/// Something a person wrote or sent (Meta, `messages`).
package struct IncomingMessage: Sendable, Hashable {
  package var mid: String
  /// Absent when only attachments came.
  package var text: String?
  /// What the tapped quick reply stands for; for a phone number or an address, the value itself.
  package var quickReplyPayload: String?
  package var attachments: [Attachment]
  package var replyTo: ReplyTo?
  /// A product or an advertisement that the message is about.
  package var referral: Referral?
  /// Names of the commands used in the text.
  package var commands: [String]
  /// Where old payloads put it; newer ones have an attachment.
  package var stickerID: String?
  /// The result of Meta's built-in NLP, as it came.
  package var nlp: JSON?
  /// Where the message was written, such as `customer_chat_plugin` (old payloads).
  package var tags: [String]
  /// What it is the first answer to: ties a plugin's reference to the person.
  package var priorMessage: PriorMessage?
  /// The app that had the thread before, with what it left for us.
  package var hopContext: HopContext?
  /// Meta cannot show it: there is nothing inside.
  package var isUnsupported: Bool

  package init(
    mid: String, text: String? = nil, quickReplyPayload: String? = nil, attachments: [Attachment] = [],
    replyTo: ReplyTo? = nil, referral: Referral? = nil, commands: [String] = [], stickerID: String? = nil,
    nlp: JSON? = nil, tags: [String] = [], priorMessage: PriorMessage? = nil, hopContext: HopContext? = nil,
    isUnsupported: Bool = false
  ) {
    self.mid = mid
    self.text = text
    self.quickReplyPayload = quickReplyPayload
    self.attachments = attachments
    self.replyTo = replyTo
    self.referral = referral
    self.commands = commands
    self.stickerID = stickerID
    self.nlp = nlp
    self.tags = tags
    self.priorMessage = priorMessage
    self.hopContext = hopContext
    self.isUnsupported = isUnsupported
  }
}

extension IncomingMessage {
  /// `item` holds what Meta puts beside the message.
  init(mid: String, _ body: JSON, beside item: JSON) {
    self.init(
      mid: mid, text: body["text"]?.text, quickReplyPayload: body["quick_reply"]?["payload"]?.text,
      attachments: Attachment.list(body["attachments"]), replyTo: ReplyTo(body["reply_to"]),
      referral: body["referral"].flatMap { Referral($0) }, commands: body["commands"].texts(of: "name"),
      stickerID: body["sticker_id"]?.text, nlp: body["nlp"].flatMap { $0.isNull ? nil : $0 },
      tags: body["tags"].texts(of: "source"), priorMessage: PriorMessage(item["prior_message"]),
      hopContext: HopContext(item["hop_context"]), isUnsupported: body["is_unsupported"].isTrue)
  }
}

extension IncomingMessage: Understood {
  var understood: JSON {
    .understood([
      "mid": mid, "text": text, "quick_reply_payload": quickReplyPayload, "attachments": attachments,
      "reply_to": replyTo, "referral": referral, "commands": commands, "sticker_id": stickerID, "nlp": nlp,
      "tags": tags, "prior_message": priorMessage, "hop_context": hopContext, "is_unsupported": isUnsupported,
    ])
  }
}
