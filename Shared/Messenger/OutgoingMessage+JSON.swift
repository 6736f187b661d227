package import JSON

extension OutgoingMessage {
  /// The body of `POST /{page}/messages`. `metadata` (under 1000 characters) comes back in the echo; sender actions
  /// carry neither it nor a messaging type.
  package func requestBody(metadata: String?, messagingType: String = "RESPONSE") -> JSON {
    let to: JSON =
      recipient.hasPrefix("ref:") ? ["user_ref": .string(String(recipient.dropFirst(4)))] : ["id": .string(recipient)]
    guard case .text(let text, let quickReplies) = content else {
      return ["recipient": to, "sender_action": .string(action ?? "")]
    }
    var message: JSONObject = ["text": .string(text)]
    if !quickReplies.isEmpty {
      message["quick_replies"] = .array(
        quickReplies.map { ["content_type": "text", "title": .string($0.title), "payload": .string($0.payload)] })
    }
    message["metadata"] = metadata.map { .string($0) }
    return ["recipient": to, "messaging_type": .string(messagingType), "message": .object(message)]
  }

  /// How a message stands in a job.
  package var json: JSON {
    guard case .text(let text, let quickReplies) = content else {
      return ["recipient": .string(recipient), "action": .string(action ?? "")]
    }
    var members: JSONObject = ["recipient": .string(recipient), "text": .string(text)]
    if !quickReplies.isEmpty {
      members["quick_replies"] = .array(
        quickReplies.map { ["title": .string($0.title), "payload": .string($0.payload)] })
    }
    return .object(members)
  }

  /// Reads what `json` wrote, and checks the limits again.
  package init(json: JSON) throws(MessengerError) {
    guard let recipient = json["recipient"]?.string else { throw MessengerError(.notAnOutgoingMessage) }
    if let text = json["text"]?.string {
      var replies: [QuickReply] = []
      for reply in json["quick_replies"]?.array ?? [] {
        guard let title = reply["title"]?.string, let payload = reply["payload"]?.string else {
          throw MessengerError(.notAnOutgoingMessage)
        }
        replies.append(QuickReply(title: title, payload: payload))
      }
      try self.init(to: recipient, content: .text(text, quickReplies: replies))
      return
    }
    switch json["action"]?.string {
    case "typing_on": try self.init(to: recipient, content: .typingOn)
    case "typing_off": try self.init(to: recipient, content: .typingOff)
    case "mark_seen": try self.init(to: recipient, content: .markSeen)
    default: throw MessengerError(.notAnOutgoingMessage)
    }
  }

  private var action: String? {
    switch content {
    case .text: nil
    case .typingOn: "typing_on"
    case .typingOff: "typing_off"
    case .markSeen: "mark_seen"
    }
  }
}
