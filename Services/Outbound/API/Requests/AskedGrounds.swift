import Access
import JSON
import Messenger

/// Why a caller says that its message may be sent: a word, or an object with more. Who may say what is the key's matter.
struct AskedGrounds: Sendable, Hashable {
  let kind: String
  /// A tag of Meta's, for `kind` "tag": all but two are retired, and the answer says since when.
  let tag: String?
  /// Which of the person's tokens, for `kind` "token"; nil takes the newest.
  let topic: String?

  static let words = "reply, update, human_agent, customer_feedback, utility, token and private_reply"

  init(_ fields: Fields) throws(Problem) {
    let json = try fields.required("grounds", "Say why the message may be sent: \(Self.words).")
    if let word = json.string {
      (kind, tag, topic) = (word, nil, nil)
      return
    }
    let more = try Fields(json, at: fields.field("grounds"), known: ["kind", "tag", "topic"])
    guard let kind = try more.text("kind", upTo: 64) else {
      throw .missing(more.field("kind"), "Give one of \(Self.words).")
    }
    self.kind = kind
    tag = try more.text("tag", upTo: 64)
    topic = try more.text("topic", upTo: 256)
  }

  var wantsToken: Bool { kind == "token" }

  /// A person's message goes in the name of who holds the key, and of nobody else.
  func grounds(of key: APIKey, page: String) throws(Problem) -> Grounds {
    if kind == "human_agent" {
      guard let operatorKey = key.operatorKey(on: page) else { throw .forbidden(.humanAgent) }
      return .humanAgent(operatorKey)
    }
    guard key.may(.send, on: page) else { throw .forbidden(.send) }
    return try known()
  }

  /// What many people may be sent at once.
  func broadcastGrounds() throws(Problem) -> Grounds {
    switch try known() {
    case .update: return .update
    case .utility: return .utility
    case .customerFeedback: return .customerFeedback
    default:
      throw .invalid(
        "grounds", "are for one person at a time", "Give update, utility or customer_feedback for a broadcast.")
    }
  }

  private func known() throws(Problem) -> Grounds {
    var json: JSONObject = ["kind": .string(kind)]
    json["tag"] = tag.map { .string($0) }
    do throws(Breach) { return try Grounds(json: .object(json)) } catch { throw Problem(error) }
  }
}
