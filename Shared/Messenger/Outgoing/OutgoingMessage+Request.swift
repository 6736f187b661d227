package import JSON

extension OutgoingMessage {
  /// The body of `POST /{page}/messages`. `metadata` (under 1000 characters) comes back in the echo; sender actions
  /// carry neither it nor a messaging type.
  package func requestBody(metadata: String?) -> JSON {
    var body: JSONObject = ["recipient": recipient.requestBody]
    if case .action(let action) = content {
      body["sender_action"] = .string(action.name)
      body["payload"] = action.payload
    } else {
      body["messaging_type"] = .string(grounds.messagingType)
      body["tag"] = grounds.tag.map { .string($0) }
      var message = content.message
      message["metadata"] = metadata.map { .string($0) }
      body["message"] = .object(message)
    }
    body["notification_type"] = notification.map { .string($0.rawValue) }
    body["persona_id"] = personaID.map { .string($0) }
    body["reply_to"] = replyTo.map { ["mid": .string($0)] }
    body["thread_control"] = handOver?.requestBody
    return .object(body)
  }
}

extension OutgoingMessage.Content {
  /// `message` of a call; empty for a sender action.
  var message: JSONObject {
    switch self {
    case .text(let text, let replies): Self.message(["text": .string(text)], replies)
    case .attachment(let media, let replies): Self.message(["attachment": media.requestBody], replies)
    case .template(let template, let replies): Self.message(["attachment": template.requestBody], replies)
    case .utility(let template): ["template": template.requestBody]
    // A number in Meta's reference, where it is one.
    case .sticker(let id): ["sticker_id": Int64(id).map { "\($0)" } == id ? .number(id) : .string(id)]
    case .action: [:]
    }
  }

  private static func message(_ members: JSONObject, _ replies: [QuickReply]) -> JSONObject {
    var members = members
    if !replies.isEmpty { members["quick_replies"] = .array(replies.map(\.requestBody)) }
    return members
  }
}

extension ThreadHandOver {
  var requestBody: JSON {
    switch self {
    case .pass(let appID?): ["control_type": "pass", "app_id": .string(appID)]
    case .pass(nil): ["control_type": "pass"]
    case .release: ["control_type": "release"]
    }
  }

  init?(json: JSON) {
    switch json["control_type"]?.string {
    case "pass": self = .pass(appID: json["app_id"]?.text)
    case "release": self = .release
    default: return nil
    }
  }
}
