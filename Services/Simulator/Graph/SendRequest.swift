import JSON

/// A call of the Send API that keeps all of Meta's rules; whom it is for is checked by who knows the people.
struct SendRequest: Sendable {
  enum Content: Sendable {
    case message(JSON)
    case senderAction(String)
  }

  let recipient: String
  let messagingType: String?
  let content: Content

  init(_ body: JSON) throws(GraphError) {
    guard let recipient = body["recipient"]?["id"]?.text, !recipient.isEmpty else {
      throw .badParameter("param recipient must be non-empty.")
    }
    self.recipient = recipient
    messagingType = body["messaging_type"]?.string
    switch (body["message"], body["sender_action"]) {
    case (_?, _?): throw .messageAndAction
    case (nil, nil): throw .emptyMessage
    case (nil, let action?):
      guard let name = action.string?.lowercased(), SendLimits.senderActions.contains(name) else {
        throw .badParameter("param sender_action must be one of the sender actions")
      }
      content = .senderAction(name)
    case (let message?, nil):
      guard let messagingType, SendLimits.messagingTypes.contains(messagingType) else {
        throw .badParameter("param messaging_type must be one of {RESPONSE, UPDATE, MESSAGE_TAG, UTILITY}")
      }
      if messagingType == "MESSAGE_TAG" {
        guard let tag = body["tag"]?.string, SendLimits.tags.contains(tag) else {
          throw .badParameter("param tag is not a tag that is still in use")
        }
      }
      try SendLimits.check(message: message)
      content = .message(message)
    }
  }
}
