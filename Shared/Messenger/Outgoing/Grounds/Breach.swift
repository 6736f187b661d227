/// What makes a message unlawful, in words for the person who runs the bot. Names neither words nor tokens.
package struct Breach: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Reason: Sendable, Hashable {
    /// The person has done nothing for `hours`; nil when never.
    case windowClosed(after: Window, hours: Int64?)
    case groundsContentMismatch
    case groundsRecipientMismatch
    case tagRetired(RetiredTag)
    case noOperator
    case unknownGrounds
    case tokenUsed, tokenExpired, tokenStopped
    case alreadyAnswered
    case templateNotApproved
  }

  /// How long what a person did counts.
  package enum Window: Sendable, Hashable {
    /// 24 hours.
    case standard
    /// 7 days, for human agents and customer feedback.
    case sevenDays
    /// 7 days from the comment or the post.
    case privateReply
  }

  package let reason: Reason

  package init(_ reason: Reason) {
    self.reason = reason
  }

  /// For programs: in the ledger, in the API.
  package var code: String {
    switch reason {
    case .windowClosed: "window_closed"
    case .groundsContentMismatch: "grounds_content_mismatch"
    case .groundsRecipientMismatch: "grounds_recipient_mismatch"
    case .tagRetired: "tag_retired"
    case .noOperator: "no_operator"
    case .unknownGrounds: "unknown_grounds"
    case .tokenUsed: "token_used"
    case .tokenExpired: "token_expired"
    case .tokenStopped: "token_stopped"
    case .alreadyAnswered: "already_answered"
    case .templateNotApproved: "template_not_approved"
    }
  }

  package var sentence: String {
    switch reason {
    case .windowClosed(let window, let hours): Self.closed(window, hours)
    case .groundsContentMismatch: "These grounds do not allow this kind of message"
    case .groundsRecipientMismatch: "These grounds do not go with this form of recipient"
    case .tagRetired(let tag): "Meta refuses the tag \(tag.name) since \(tag.retired)"
    case .noOperator: "A human agent's message names no operator's key"
    case .unknownGrounds: "The grounds for sending are none that Meta or this version knows"
    case .tokenUsed: "The one-time token has been used"
    case .tokenExpired: "The token has expired"
    case .tokenStopped: "The person has stopped these notifications"
    case .alreadyAnswered: "The comment or post has had its one private reply"
    case .templateNotApproved: "Meta has not approved this utility template in this language"
    }
  }

  package var remedy: String {
    switch reason {
    case .windowClosed(.standard, _):
      "Send an approved utility template, or wait until the person writes; a person may still answer for 7 days as a "
        + "human agent."
    case .windowClosed(.sevenDays, _): "Send an approved utility template, or wait until the person writes."
    case .windowClosed(.privateReply, _): "Answer in public, or wait until the person writes to the page."
    case .groundsContentMismatch:
      "\"utility\" takes a utility template and nothing else does, \"customer_feedback\" the customer feedback template."
    case .groundsRecipientMismatch:
      "\"token\" goes with a token, \"private_reply\" with a comment or a post, everything else with a person."
    case .tagRetired: "Inside 24 hours no tag is needed; outside, send an approved utility template."
    case .noOperator: "Send it with an API key that has the right human_agent."
    case .unknownGrounds:
      "Use reply, update, human_agent, customer_feedback, utility, token or private_reply."
    case .tokenUsed, .tokenExpired: "Ask the person again, inside the window, with an opt-in request."
    case .tokenStopped: "Respect it; the person can resume them in Messenger."
    case .alreadyAnswered: "Wait until the person answers: then the conversation is open."
    case .templateNotApproved:
      "`martlet page templates list` shows Meta's verdict, `list --refresh` asks for a newer one."
    }
  }

  package var description: String { "\(sentence). \(remedy)" }

  private static func closed(_ window: Window, _ hours: Int64?) -> String {
    let allowed = window == .standard ? "24 hours" : "7 days"
    let what = window == .privateReply ? "comment or post" : "last act"
    guard let hours else { return "The person has never written to the page, so that no window of \(allowed) is open" }
    return "The person's \(what) was \(hours) hours ago, outside Meta's window of \(allowed)"
  }
}
