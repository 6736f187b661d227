import JSON

/// Something a person does in the conversation.
enum PersonEvent: Sendable, Hashable {
  case text(String)
  case quickReply(title: String, payload: String)
  case postback(title: String, payload: String)
  /// Any other of Meta's events, by its members: `{"reaction": {…}}`, `{"optin": {…}}`.
  case other(JSONObject)

  /// From a control or chat call: `text`, `quick_reply{title, payload}`, `postback{title, payload}`, or `event` with
  /// the members of any other event.
  init(_ json: JSON) throws(ControlError) {
    if let reply = json["quick_reply"], let payload = reply["payload"]?.text {
      self = .quickReply(title: reply["title"]?.string ?? payload, payload: payload)
    } else if let postback = json["postback"], let payload = postback["payload"]?.text {
      self = .postback(title: postback["title"]?.string ?? payload, payload: payload)
    } else if let text = json["text"]?.string, !text.isEmpty {
      self = .text(text)
    } else if let event = json["event"]?.object, !event.isEmpty {
      self = .other(event)
    } else {
      throw ControlError(
        "one of \"text\", \"quick_reply\", \"postback\" and \"event\" is needed, the middle two with a payload")
    }
  }

  /// What the person sees themselves write.
  var shownText: String {
    switch self {
    case .text(let text): text
    case .quickReply(let title, _), .postback(let title, _): title
    case .other(let event): event.keys.joined(separator: ", ")
    }
  }

  /// Whether it opens the page's 24 hours (Meta, send messages): reading and linking an account do not.
  var opensWindow: Bool {
    guard case .other(let event) = self else { return true }
    return event["read"] == nil && event["delivery"] == nil && event["account_linking"] == nil
  }
}
