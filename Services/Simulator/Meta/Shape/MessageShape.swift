import JSON

/// A message whose shape keeps Meta's rules, and what the other rules need to know of it.
struct MessageShape: Sendable {
  enum Kind: Sendable, Hashable {
    case text
    case media(MediaUse)
    /// By its `template_type`; a media template may name an attachment of the page.
    case template(String, attachment: String?)
    case utility(UtilityUse)
    case sticker
  }

  static let mediaTypes: Set<String> = ["audio", "file", "image", "video"]
  static let quickReplyTypes: Set<String> = ["text", "user_phone_number", "user_email"]

  let kind: Kind
  let json: JSON

  /// - Parameter message: the member `message` of a call.
  init(_ message: Field) throws(GraphError) {
    json = message.json ?? [:]
    let (text, attachment) = (message["text"], message["attachment"])
    let others = [text, attachment, message["template"], message["sticker_id"]].filter(\.isPresent)
    guard others.count <= 1 else { throw .badParameter("param message must hold one of text, attachment and template") }
    if text.isPresent {
      guard text.json?.string?.isEmpty != true else { throw .emptyMessage }
      try text.text(.text)
      kind = .text
    } else if attachment.isPresent {
      kind = try Self.kind(attachment)
    } else if message["template"].isPresent {
      kind = .utility(try UtilityUse(message["template"]))
    } else if message["sticker_id"].isPresent {
      try message["sticker_id"].anyText()
      kind = .sticker
    } else {
      throw .emptyMessage
    }
    if message["metadata"].isPresent { try message["metadata"].text(.metadata) }
    if message["quick_replies"].isPresent { try Self.check(quickReplies: message["quick_replies"]) }
  }

  /// Counts against the narrower of the two limits on calls (Meta, rate limits).
  var isMedia: Bool {
    guard case .media(let use) = kind else { return false }
    return use.type == "audio" || use.type == "video"
  }

  private static func kind(_ attachment: Field) throws(GraphError) -> Kind {
    let type = try attachment["type"].one(of: mediaTypes.union(["template"]))
    let payload = attachment["payload"]
    guard type == "template" else { return .media(try MediaUse(type, payload)) }
    let name = try TemplateShape(payload).name
    let attached = name == "media" ? payload["elements"].json?[0]?["attachment_id"]?.text : nil
    return .template(name, attachment: attached)
  }

  private static func check(quickReplies: Field) throws(GraphError) {
    for item in try quickReplies.items(.quickReplies) {
      guard try item["content_type"].one(of: quickReplyTypes) == "text" else { continue }
      try item["title"].text(.quickReplyTitle)
      let payload = try item["payload"].text(.quickReplyPayload)
      guard !payload.isEmpty || item["image_url"].isPresent else { throw item["payload"].required }
      if item["image_url"].isPresent { try item["image_url"].url() }
    }
  }
}

/// A picture, sound, film or file by its address or by the id of one that Meta has already (Meta, saving assets). The
/// bytes of an upload come beside the body.
struct MediaUse: Sendable, Hashable {
  enum Source: Sendable, Hashable {
    case url(String)
    case id(String)
    case upload
  }

  let type: String
  let source: Source
  let isReusable: Bool

  init(_ type: String, _ payload: Field) throws(GraphError) {
    self.type = type
    isReusable = payload["is_reusable"].json?.bool ?? (payload["is_reusable"].json?.string == "true")
    switch (payload["url"].isPresent, payload["attachment_id"].isPresent) {
    case (true, true): throw .badParameter("param payload must hold url or attachment_id, not both")
    case (true, false): source = .url(try payload["url"].url())
    case (false, true): source = .id(try payload["attachment_id"].anyText())
    case (false, false): source = .upload
    }
  }
}
