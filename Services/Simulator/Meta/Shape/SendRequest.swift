import JSON

/// A call of the Send API whose shape keeps all of Meta's rules (Meta, Send API reference). Whether it may go out now,
/// and to this person, is `SendRules`' matter; whether what it names exists, `PageAssets`'.
struct SendRequest: Sendable {
  enum Content: Sendable {
    case message(MessageShape)
    case action(SenderAction)
  }

  static let messagingTypes: Set<String> = ["RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY"]
  static let notificationTypes: Set<String> = ["REGULAR", "SILENT_PUSH", "NO_PUSH"]

  let recipient: Recipient
  /// Nil with a sender action.
  let messagingType: String?
  let tag: String?
  let content: Content
  let personaID: String?
  /// The id of the message answered to.
  let replyTo: String?
  let threadControl: ThreadControl?

  /// - Parameter limits: Meta's own, unless a test looks at what a row does.
  init(_ body: JSON, limits: LimitTable<SendLimit> = .meta) throws(GraphError) {
    recipient = try Recipient(body["recipient"])
    tag = body["tag"]?.string
    personaID = body["persona_id"]?.text
    replyTo = body["reply_to"] == nil ? nil : try Field("reply_to", body["reply_to"], limits)["mid"].anyText()
    threadControl = try body["thread_control"].map { json throws(GraphError) in try ThreadControl(json) }
    let type = Field("messaging_type", body["messaging_type"], limits)
    switch (body["message"], body["sender_action"]) {
    case (_?, _?): throw .messageAndAction
    case (nil, nil): throw .emptyMessage
    case (nil, _?):
      messagingType = nil
      content = .action(try SenderAction(body, limits))
    case (let message?, nil):
      messagingType = try type.one(of: Self.messagingTypes)
      content = .message(try MessageShape(Field("message", message, limits)))
    }
    let notification = Field("notification_type", body["notification_type"], limits)
    if notification.isPresent { try notification.one(of: Self.notificationTypes) }
  }

  var message: MessageShape? {
    guard case .message(let message) = content else { return nil }
    return message
  }
}

/// In-message routing (Meta, conversation routing).
struct ThreadControl: Sendable, Hashable {
  let isRelease: Bool
  /// Who gets the thread; nil is the default app.
  let app: String?

  init(_ json: JSON) throws(GraphError) {
    let type = Field("control_type", json["control_type"], .meta)
    isRelease = try type.one(of: ["pass", "release"]) == "release"
    app = json["app_id"]?.text
  }
}
