package import JSON

/// Whom a message is for, in the forms that the Send API knows.
package enum Recipient: Sendable, Hashable {
  /// A page-scoped id, or `ref:` and a plugin's `user_ref`.
  case person(String)
  /// Who wrote a comment, in private (Meta, Private Replies).
  case comment(String)
  /// Who wrote a visitor post, in private.
  case post(String)
  /// Stands for the person once. A secret.
  case oneTimeToken(String)
  /// Stands for the person as long as they let it. A secret.
  case notificationToken(String)
}

extension Recipient: CustomStringConvertible, CustomDebugStringConvertible {
  /// The form alone: tokens are secrets.
  package var description: String {
    switch self {
    case .person: "a person"
    case .comment: "the author of a comment"
    case .post: "the author of a post"
    case .oneTimeToken: "a one-time token"
    case .notificationToken: "a notification token"
    }
  }

  package var debugDescription: String { description }
}

extension Recipient {
  /// `recipient` of a call.
  package var requestBody: JSON {
    switch self {
    case .person(let id) where id.hasPrefix("ref:"): ["user_ref": .string(String(id.dropFirst(4)))]
    case .person(let id): ["id": .string(id)]
    case .comment(let id): ["comment_id": .string(id)]
    case .post(let id): ["post_id": .string(id)]
    case .oneTimeToken(let token): ["one_time_notif_token": .string(token)]
    case .notificationToken(let token): ["notification_messages_token": .string(token)]
    }
  }

  /// How it stands in a job: a person as a text, everybody else as in a call.
  package var json: JSON {
    if case .person(let id) = self { return .string(id) }
    return requestBody
  }

  /// Reads what `json` or `requestBody` wrote.
  package init?(json: JSON) {
    if let id = json.string {
      self = .person(id)
    } else if let id = json["id"]?.text {
      self = .person(id)
    } else if let reference = json["user_ref"]?.text {
      self = .person("ref:\(reference)")
    } else if let id = json["comment_id"]?.text {
      self = .comment(id)
    } else if let id = json["post_id"]?.text {
      self = .post(id)
    } else if let token = json["one_time_notif_token"]?.text {
      self = .oneTimeToken(token)
    } else if let token = json["notification_messages_token"]?.text {
      self = .notificationToken(token)
    } else {
      return nil
    }
  }
}
