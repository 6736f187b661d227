import JSON

/// Whom a call is for: exactly one of the forms that Meta still takes (Meta, Send API reference and private replies).
enum Recipient: Sendable, Hashable {
  case person(String)
  /// Of the checkbox plugin; the answer names no recipient.
  case userRef(String)
  /// A private reply to a comment or a visitor's post.
  case activity(String)
  case oneTimeToken(String)
  case notificationToken(String)

  init(_ json: JSON?) throws(GraphError) {
    guard let members = json?.object, members.count == 1, let (name, value) = members.first(where: { _ in true }),
      let text = value.text, !text.isEmpty
    else { throw .badParameter("param recipient must be non-empty.") }
    switch name {
    case "id": self = .person(text)
    case "user_ref": self = .userRef(text)
    case "comment_id", "post_id": self = .activity(text)
    case "one_time_notif_token": self = .oneTimeToken(text)
    case "notification_messages_token": self = .notificationToken(text)
    default: throw .badParameter("param recipient has no valid form")
    }
  }
}
