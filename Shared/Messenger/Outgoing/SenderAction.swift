package import JSON

/// A sign instead of words (Meta, Sender Actions): it has neither metadata nor an echo.
package enum SenderAction: Sendable, Hashable {
  case typingOn
  case typingOff
  case markSeen
  /// `reaction` is one of Meta's words, such as `love`, or an emoji.
  case react(mid: String, reaction: String)
  case unreact(mid: String)

  package var name: String {
    switch self {
    case .typingOn: "typing_on"
    case .typingOff: "typing_off"
    case .markSeen: "mark_seen"
    case .react: "react"
    case .unreact: "unreact"
    }
  }

  /// What a reaction goes to.
  package var payload: JSON? {
    switch self {
    case .typingOn, .typingOff, .markSeen: nil
    case .react(let mid, let reaction): ["message_id": .string(mid), "reaction": .string(reaction)]
    case .unreact(let mid): ["message_id": .string(mid)]
    }
  }

  package init?(name: String, payload: JSON?) {
    switch (name, payload?["message_id"]?.text, payload?["reaction"]?.string) {
    case ("typing_on", _, _): self = .typingOn
    case ("typing_off", _, _): self = .typingOff
    case ("mark_seen", _, _): self = .markSeen
    case ("react", let mid?, let reaction?): self = .react(mid: mid, reaction: reaction)
    case ("unreact", let mid?, _): self = .unreact(mid: mid)
    default: return nil
    }
  }
}
