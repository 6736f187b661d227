package import JSON

/// How a message stands in a job and in the API: Meta's own members, flat. `docs/messages.md`, "A message as JSON".
extension OutgoingMessage {
  package var json: JSON {
    var members: JSONObject = ["recipient": recipient.json]
    for (name, value) in content.message { members[name] = value }
    if case .action(let action) = content {
      members["action"] = .string(action.name)
      members["payload"] = action.payload
    }
    members["grounds"] = grounds.json
    members["persona_id"] = personaID.map { .string($0) }
    members["reply_to"] = replyTo.map { ["mid": .string($0)] }
    members["notification_type"] = notification.map { .string($0.rawValue) }
    members["thread_control"] = handOver?.requestBody
    return .object(members)
  }

  /// Reads what `json` wrote, and checks the limits again. A message from before grounds were stated is a reply.
  package init(json: JSON) throws(MessengerError) {
    guard let recipient = json["recipient"].flatMap({ Recipient(json: $0) }) else {
      throw MessengerError(.notAnOutgoingMessage)
    }
    try self.init(to: recipient, json: json, grounds: try Self.grounds(json["grounds"]))
  }

  /// Reads a message whose recipient and grounds its reader knows better than it does itself.
  package init(to recipient: Recipient, json: JSON, grounds: Grounds) throws(MessengerError) {
    let notification = json["notification_type"]?.string
    let control = json["thread_control"]
    try self.init(
      to: recipient, content: try Content(json: json), grounds: grounds, personaID: json["persona_id"]?.text,
      replyTo: json["reply_to"]?["mid"]?.string ?? json["reply_to"]?.string,
      notification: try notification.map { word throws(MessengerError) in
        try Self.known(NotificationType(rawValue: word))
      },
      handOver: try control.map { json throws(MessengerError) in try Self.known(ThreadHandOver(json: json)) })
  }

  private static func grounds(_ json: JSON?) throws(MessengerError) -> Grounds {
    guard let json else { return .reply }
    do throws(Breach) { return try Grounds(json: json) } catch { throw MessengerError(error) }
  }

  private static func known<Value>(_ value: Value?) throws(MessengerError) -> Value {
    guard let value else { throw MessengerError(.notAnOutgoingMessage) }
    return value
  }
}

extension OutgoingMessage.Content {
  /// Reads what stands beside the recipient, in Meta's words.
  package init(json: JSON) throws(MessengerError) {
    var replies: [QuickReply] = []
    for reply in json["quick_replies"]?.array ?? [] {
      guard let reply = QuickReply(json: reply) else { throw MessengerError(.notAnOutgoingMessage) }
      replies.append(reply)
    }
    let kinds = ["text", "attachment", "template", "sticker_id", "action"].filter { json[$0]?.isNull == false }
    let read: Self? =
      switch kinds {
      case ["text"]: json["text"]?.string.map { .text($0, quickReplies: replies) }
      case ["attachment"]: Self.attachment(json["attachment"], replies)
      case ["template"]: json["template"].flatMap { UtilityTemplate(json: $0) }.map { .utility($0) }
      case ["sticker_id"]: json["sticker_id"]?.text.map { .sticker($0) }
      case ["action"]: SenderAction(name: json["action"]?.string ?? "", payload: json["payload"]).map { .action($0) }
      default: nil
      }
    guard let read else { throw MessengerError(.notAnOutgoingMessage) }
    self = read
  }

  private static func attachment(_ json: JSON?, _ replies: [QuickReply]) -> Self? {
    guard let json else { return nil }
    guard json["type"]?.string == "template" else {
      return MediaAttachment(json: json).map { .attachment($0, quickReplies: replies) }
    }
    return json["payload"].map { .template(Template(payload: $0), quickReplies: replies) }
  }
}
