import JSON

/// What a page does in a conversation beside writing (Meta, sender actions and reactions).
struct SenderAction: Sendable, Hashable {
  static let names: Set<String> = ["typing_on", "typing_off", "mark_seen", "react", "unreact"]
  static let reactions: Set<String> = ["smile", "angry", "sad", "wow", "love", "like", "dislike", "other"]

  let name: String
  /// The message reacted to.
  let mid: String?

  init(_ body: JSON, _ limits: LimitTable<SendLimit>) throws(GraphError) {
    guard let name = body["sender_action"]?.string?.lowercased(), Self.names.contains(name) else {
      throw .badParameter("param sender_action must be one of the sender actions")
    }
    self.name = name
    guard name == "react" || name == "unreact" else {
      mid = nil
      return
    }
    let payload = Field("payload", body["payload"], limits)
    mid = try payload["message_id"].anyText()
    if name == "react" { try payload["reaction"].anyText() }
  }
}
