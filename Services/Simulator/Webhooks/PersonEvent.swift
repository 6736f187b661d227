import JSON

/// Something a person does in the conversation.
enum PersonEvent: Sendable, Hashable {
  case text(String)
  case quickReply(title: String, payload: String)
  case postback(title: String, payload: String)

  /// From a control or chat call: `text`, `quick_reply{title, payload}` or `postback{title, payload}`.
  init(_ json: JSON) throws(ControlError) {
    if let reply = json["quick_reply"], let payload = reply["payload"]?.text {
      self = .quickReply(title: reply["title"]?.string ?? payload, payload: payload)
    } else if let postback = json["postback"], let payload = postback["payload"]?.text {
      self = .postback(title: postback["title"]?.string ?? payload, payload: payload)
    } else if let text = json["text"]?.string, !text.isEmpty {
      self = .text(text)
    } else {
      throw ControlError("one of \"text\", \"quick_reply\" and \"postback\" is needed, with a payload for the last two")
    }
  }

  /// What the person sees themselves write.
  var shownText: String {
    switch self {
    case .text(let text): text
    case .quickReply(let title, _), .postback(let title, _): title
    }
  }
}
