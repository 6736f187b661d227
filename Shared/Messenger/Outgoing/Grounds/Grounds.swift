package import JSON

/// Why a message is allowed. Meta knows no other reason (Meta, Messenger Platform policy, after 27 April 2026).
package enum Grounds: Sendable, Hashable {
  /// It answers what the person did within the last 24 hours.
  case reply
  /// The bot speaks first, within the same 24 hours.
  case update
  /// A person wrote it, within 7 days of what the other one did. Automated use breaks Meta's policy.
  case humanAgent(OperatorKey)
  /// Asks how it was, within 7 days, with Meta's own form for it and nothing else.
  case customerFeedback
  /// A text that Meta approved before, at any time.
  case utility
  /// The person allowed it beforehand, and a token says so.
  case token
  /// Answers a comment or a post in private: once, within 7 days.
  case privateReply
}

/// A person who answers in the bot's place, named by their API key with the right `human_agent`: never by free text.
package struct OperatorKey: Sendable, Hashable {
  /// The key's id, which is no secret.
  package let id: String

  /// Only for who has just checked the key itself. Everybody else reads it back from what that one stored.
  package init(checked id: String) {
    self.id = id
  }
}

extension Grounds {
  /// How they are called in jobs, in the API and in the ledger.
  package var kind: String {
    switch self {
    case .reply: "reply"
    case .update: "update"
    case .humanAgent: "human_agent"
    case .customerFeedback: "customer_feedback"
    case .utility: "utility"
    case .token: "token"
    case .privateReply: "private_reply"
    }
  }

  /// `messaging_type` of a call.
  package var messagingType: String {
    switch self {
    case .reply, .privateReply: "RESPONSE"
    case .update, .token: "UPDATE"
    case .humanAgent, .customerFeedback: "MESSAGE_TAG"
    case .utility: "UTILITY"
    }
  }

  /// `tag` of a call.
  package var tag: String? {
    switch self {
    case .humanAgent: "HUMAN_AGENT"
    case .customerFeedback: "CUSTOMER_FEEDBACK"
    default: nil
    }
  }

  package var json: JSON {
    if case .humanAgent(let key) = self { return ["kind": .string(kind), "operator": .string(key.id)] }
    return ["kind": .string(kind)]
  }

  /// Reads what `json` wrote. A tag that Meta has retired is told with its date: `{"kind":"tag","tag":"…"}`, or the tag
  /// itself as the kind.
  package init(json: JSON) throws(Breach) {
    let kind = json["kind"]?.string ?? ""
    if let retired = RetiredTag(kind == "tag" ? json["tag"]?.string ?? "" : kind) { throw Breach(.tagRetired(retired)) }
    switch kind {
    case "reply": self = .reply
    case "update": self = .update
    case "human_agent":
      guard let id = json["operator"]?.string, !id.isEmpty else { throw Breach(.noOperator) }
      self = .humanAgent(OperatorKey(checked: id))
    case "customer_feedback": self = .customerFeedback
    case "utility": self = .utility
    case "token": self = .token
    case "private_reply": self = .privateReply
    default: throw Breach(.unknownGrounds)
    }
  }
}
