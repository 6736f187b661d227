/// Judges whether a message may go to a person now (Meta, Send API reference, "Messaging window" and "Tags"). Asked when
/// a message is accepted, and again when it is sent.
package enum Lawfulness {
  package enum Verdict: Sendable, Hashable {
    case lawful
    case unlawful(Breach)
  }

  /// A window is taken to close this much before Meta closes it: for the call's own time, and for a clock that is slow.
  package static let margin = Duration.seconds(60)
  private static let day = Duration.seconds(24 * 60 * 60)
  private static let week = Duration.seconds(7 * 24 * 60 * 60)

  /// - Parameter now: Milliseconds since 1970.
  package static func judge(_ message: OutgoingMessage, _ window: ContactWindow, now: Int64) -> Verdict {
    do throws(Breach) {
      try matchContent(message)
      try matchRecipient(message)
      switch message.grounds {
      case .reply, .update: try open(.standard, since: window.lastIn, day, now)
      case .humanAgent:
        // A sender action carries no tag that would widen the window for it.
        let isAction = if case .action = message.content { true } else { false }
        try open(isAction ? .standard : .sevenDays, since: window.lastIn, isAction ? day : week, now)
      case .customerFeedback: try open(.sevenDays, since: window.lastIn, week, now)
      case .utility: break
      case .token: try check(window.token, now)
      case .privateReply:
        guard let post = window.post else { break }
        guard !post.isAnswered else { throw Breach(.alreadyAnswered) }
        try open(.privateReply, since: post.writtenAt, week, now)
      }
      return .lawful
    } catch {
      return .unlawful(error)
    }
  }

  private static func matchContent(_ message: OutgoingMessage) throws(Breach) {
    let fits =
      switch (message.content, message.grounds) {
      case (.utility, .utility): true
      case (.utility, _), (_, .utility): false
      case (.template(let template, _), .customerFeedback): template.type == FeedbackTemplate.type
      case (_, .customerFeedback): false
      case (.action, .reply), (.action, .update), (.action, .humanAgent): true
      case (.action, _): false
      default: true
      }
    guard fits else { throw Breach(.groundsContentMismatch) }
  }

  private static func matchRecipient(_ message: OutgoingMessage) throws(Breach) {
    let fits =
      switch (message.recipient, message.grounds) {
      case (.oneTimeToken, .token), (.notificationToken, .token): true
      case (.comment, .privateReply), (.post, .privateReply): true
      case (.person, .token), (.person, .privateReply): false
      case (.person, _): true
      default: false
      }
    guard fits else { throw Breach(.groundsRecipientMismatch) }
  }

  private static func open(
    _ window: Breach.Window, since last: Int64?, _ length: Duration, _ now: Int64
  ) throws(Breach) {
    guard let last else { throw Breach(.windowClosed(after: window, hours: nil)) }
    let age = now - last
    guard Duration.milliseconds(age) < length - margin else {
      throw Breach(.windowClosed(after: window, hours: age / 3_600_000))
    }
  }

  private static func check(_ token: ContactWindow.Token?, _ now: Int64) throws(Breach) {
    guard let token else { return }
    guard !token.isStopped else { throw Breach(.tokenStopped) }
    guard !token.isUsed else { throw Breach(.tokenUsed) }
    guard let end = token.expiresAt else { return }
    guard Duration.milliseconds(end - now) > margin else { throw Breach(.tokenExpired) }
  }
}
