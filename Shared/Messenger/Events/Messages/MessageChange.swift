import JSON

/// A message that its writer changed, at most five times (Meta, `message_edits`).
package struct MessageEdit: Sendable, Hashable {
  package var mid: String
  package var text: String?
  /// The how many-th change it is.
  package var number: Int?

  package init(mid: String, text: String? = nil, number: Int? = nil) {
    self.mid = mid
    self.text = text
    self.number = number
  }
}

extension MessageEdit {
  init?(_ body: JSON) {
    guard let mid = body["mid"]?.messageID else { return nil }
    self.init(mid: mid, text: body["text"]?.text, number: body["num_edit"]?.count)
  }
}

extension MessageEdit: Understood {
  var understood: JSON { .understood(["mid": mid, "text": text, "number": number]) }
}

/// A person's reaction to a message, or its end (Meta, `message_reactions`).
package struct Reaction: Sendable, Hashable {
  package var mid: String
  package var isAdded: Bool
  /// `smile`, `angry`, `sad`, `wow`, `love`, `like`, `dislike` or `other`; absent when it ends.
  package var reaction: String?
  package var emoji: String?

  package init(mid: String, isAdded: Bool, reaction: String? = nil, emoji: String? = nil) {
    self.mid = mid
    self.isAdded = isAdded
    self.reaction = reaction
    self.emoji = emoji
  }
}

extension Reaction {
  init?(_ body: JSON) {
    guard let mid = body["mid"]?.messageID else { return nil }
    let (reaction, emoji) = (body["reaction"]?.text, body["emoji"]?.text)
    switch body["action"]?.text {
    case "react": self.init(mid: mid, isAdded: true, reaction: reaction, emoji: emoji)
    case "unreact": self.init(mid: mid, isAdded: false, reaction: reaction, emoji: emoji)
    case nil where reaction != nil || emoji != nil:
      self.init(mid: mid, isAdded: true, reaction: reaction, emoji: emoji)
    default: return nil
    }
  }
}

extension Reaction: Understood {
  var understood: JSON {
    .understood([
      "mid": mid, "action": isAdded ? "react" : "unreact", "reaction": reaction, "emoji": emoji,
    ])
  }
}
