package import JSON

extension OutgoingMessage {
  /// What a message says. The limits of each part stand in `MessageLimit`.
  package enum Content: Sendable, Hashable {
    case text(String, quickReplies: [QuickReply] = [])
    case attachment(MediaAttachment, quickReplies: [QuickReply] = [])
    case template(Template, quickReplies: [QuickReply] = [])
    /// A text that Meta has approved before, with its gaps filled.
    case utility(UtilityTemplate)
    /// One of Meta's catalogue, by its number.
    case sticker(String)
    /// Nothing that is said: it goes alone, and leaves no message.
    case action(SenderAction)

    package var isAction: Bool {
      if case .action = self { true } else { false }
    }
  }
}

/// A button under a message that vanishes after the next one; its tap comes back as a message with the payload.
package enum QuickReply: Sendable, Hashable {
  /// The payload may be empty only beside an image.
  case text(title: String, payload: String, imageURL: String? = nil)
  /// Offers the phone number, or the address, of the person's own profile.
  case phoneNumber
  case email

  package init(title: String, payload: String) {
    self = .text(title: title, payload: payload)
  }
}

extension QuickReply {
  package var requestBody: JSON {
    switch self {
    case .text(let title, let payload, let imageURL):
      var body: JSONObject = ["content_type": "text", "title": .string(title), "payload": .string(payload)]
      body["image_url"] = imageURL.map { .string($0) }
      return .object(body)
    case .phoneNumber: return ["content_type": "user_phone_number"]
    case .email: return ["content_type": "user_email"]
    }
  }

  /// Reads what `requestBody` wrote; without a `content_type` it is a text.
  init?(json: JSON) {
    switch json["content_type"]?.string ?? "text" {
    case "text":
      guard let title = json["title"]?.string, let payload = json["payload"]?.text else { return nil }
      self = .text(title: title, payload: payload, imageURL: json["image_url"]?.string)
    case "user_phone_number": self = .phoneNumber
    case "user_email": self = .email
    default: return nil
    }
  }
}
