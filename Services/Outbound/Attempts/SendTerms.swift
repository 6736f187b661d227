import JSON
import Messenger

/// On what terms a message may go, as the database judges them when its attempt is written.
struct SendTerms: Sendable {
  /// Why it may be sent, as it stands in the message's row.
  let grounds: String
  /// How long the person may have been silent; nil allows any time.
  let window: Duration?
  /// What Meta takes in place of the window.
  let token: String?
  /// Whether it is dropped where somebody else speaks: a bot's answer that comes after a colleague's helps nobody.
  /// What the owner's own system wants said stays.
  let yields: Bool
  /// A person's own words: the bot is silent afterwards.
  let isHuman: Bool

  init(_ message: OutgoingMessage) {
    grounds = message.grounds.json.serialized()
    window = Lawfulness.window(of: message)
    token =
      switch message.recipient {
      case .oneTimeToken(let token), .notificationToken(let token): token
      case .person, .comment, .post: nil
      }
    (yields, isHuman) =
      switch message.grounds {
      case .reply: (true, false)
      case .humanAgent: (false, true)
      default: (false, false)
      }
  }
}

/// Why a message does not go now, as the database found it.
enum SendBar: String, Sendable {
  /// The person has been silent for too long.
  case tooLate = "too_late"
  /// Its token went with another message, was taken back, or is too old.
  case spent, stopped, expired
  /// Meta has told that its utility template is not approved.
  case unapproved
  /// Somebody else speaks, and it gives way to them.
  case silent
  /// Another app leads the thread: Meta would refuse it.
  case led
}
