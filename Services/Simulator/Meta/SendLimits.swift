import JSON

/// Meta's limits on what a page may send (Send API, quick replies, templates references). The simulator has its own
/// table, so that a mistake in the bot's is not made twice. Lengths are in UTF-16 code units.
enum SendLimits {
  static let text = 1999
  static let metadata = 999
  static let quickReplies = 13
  static let quickReplyTitle = 20
  static let quickReplyPayload = 1000
  static let buttonText = 640
  static let buttons = 3
  static let buttonTitle = 20
  static let elements = 10
  static let elementText = 80

  static let messagingTypes: Set<String> = ["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"]
  /// The others were switched off on 27 April 2026.
  static let tags: Set<String> = ["HUMAN_AGENT", "CUSTOMER_FEEDBACK"]
  static let senderActions: Set<String> = ["typing_on", "typing_off", "mark_seen", "react", "unreact"]
  static let quickReplyTypes: Set<String> = ["text", "user_phone_number", "user_email"]
  static let mediaTypes: Set<String> = ["audio", "file", "image", "video"]

  static func check(_ text: String, _ limit: Int, _ name: String) throws(GraphError) {
    // UTF-8 is never shorter than UTF-16: the cheap count settles nearly every message.
    guard text.utf8.count > limit, text.utf16.count > limit else { return }
    throw .badParameter("Length of param \(name) must be less than or equal to \(limit)")
  }

  static func check(message: JSON) throws(GraphError) {
    let text = message["text"]?.string
    let attachment = message["attachment"]
    switch (text, attachment) {
    case (nil, nil), ("", nil): throw .emptyMessage
    case (_?, _?): throw .badParameter("param message must hold text or attachment, not both")
    case (let text?, nil): try check(text, Self.text, "message[text]")
    case (nil, let attachment?): try check(attachment: attachment)
    }
    if let metadata = message["metadata"] {
      guard let metadata = metadata.string else { throw .badParameter("param message[metadata] must be a string") }
      try check(metadata, Self.metadata, "message[metadata]")
    }
    if let quickReplies = message["quick_replies"] { try check(quickReplies: quickReplies) }
  }

  private static func check(quickReplies: JSON) throws(GraphError) {
    guard let items = quickReplies.array else { throw .badParameter("param message[quick_replies] must be an array") }
    guard items.count <= Self.quickReplies else {
      throw .badParameter("param message[quick_replies] must have at most \(Self.quickReplies) elements")
    }
    for item in items {
      guard let type = item["content_type"]?.string, quickReplyTypes.contains(type) else {
        throw .badParameter("quick_replies: content_type must be one of text, user_phone_number, user_email")
      }
      guard type == "text" else { continue }
      guard let title = item["title"]?.string, !title.isEmpty else {
        throw .badParameter("quick_replies: title is required")
      }
      try check(title, quickReplyTitle, "quick_replies[title]")
      guard let payload = item["payload"]?.text, !payload.isEmpty || item["image_url"] != nil else {
        throw .badParameter("quick_replies: payload is required")
      }
      try check(payload, quickReplyPayload, "quick_replies[payload]")
    }
  }

  private static func check(attachment: JSON) throws(GraphError) {
    let type = attachment["type"]?.string ?? ""
    if mediaTypes.contains(type) { return }
    guard type == "template", let payload = attachment["payload"], let kind = payload["template_type"]?.string else {
      throw .badParameter("param message[attachment] must be a valid attachment")
    }
    switch kind {
    case "button":
      guard let text = payload["text"]?.string, !text.isEmpty else { throw .badParameter("button template: no text") }
      try check(text, buttonText, "payload[text]")
      try check(buttons: payload["buttons"], 1...buttons)
    case "generic":
      let elements = payload["elements"]?.array ?? []
      guard (1...Self.elements).contains(elements.count) else {
        throw .badParameter("generic template: 1 to \(Self.elements) elements")
      }
      for element in elements {
        guard let title = element["title"]?.string, !title.isEmpty else {
          throw .badParameter("generic template: title is required")
        }
        try check(title, elementText, "elements[title]")
        try check(element["subtitle"]?.string ?? "", elementText, "elements[subtitle]")
        try check(buttons: element["buttons"], 0...buttons)
      }
    default: break
    }
  }

  private static func check(buttons: JSON?, _ count: ClosedRange<Int>) throws(GraphError) {
    let items = buttons?.array ?? []
    guard count.contains(items.count) else {
      throw .badParameter("buttons: \(count.lowerBound) to \(count.upperBound) buttons")
    }
    for item in items { try check(item["title"]?.string ?? "", buttonTitle, "buttons[title]") }
  }
}
