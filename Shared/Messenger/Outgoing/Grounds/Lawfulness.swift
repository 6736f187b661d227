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
    if let breach = misfit(message) ?? lateness(message, window, now) { return .unlawful(breach) }
    if case .token = message.grounds, let breach = window.token.flatMap({ tokenBreach($0, now) }) {
      return .unlawful(breach)
    }
    return .lawful
  }

  /// How long after the person's last act a message may go, less the margin; nil where their acts do not matter.
  package static func window(of message: OutgoingMessage) -> Duration? {
    switch message.grounds {
    case .reply, .update: day - margin
    // A sender action carries no tag that would widen the window for it, and what answers one message of the person's
    // needs the 24 hours whatever else allows it.
    case .humanAgent, .customerFeedback:
      message.content.isAction || message.replyTo != nil ? day - margin : week - margin
    case .utility: message.replyTo != nil ? day - margin : nil
    case .token, .privateReply: nil
    }
  }

  /// Why these grounds never go with what is said, or with this form of recipient; nil where they do.
  package static func misfit(_ message: OutgoingMessage) -> Breach? {
    let fitsContent =
      switch (message.content, message.grounds) {
      case (.utility, .utility): true
      case (.utility, _), (_, .utility): false
      case (.template(let template, _), .customerFeedback): template.type == FeedbackTemplate.type
      case (_, .customerFeedback): false
      case (.action, .token), (.action, .privateReply): false
      default: true
      }
    let fitsRecipient =
      switch (message.recipient, message.grounds) {
      case (.oneTimeToken, .token), (.notificationToken, .token): true
      case (.comment, .privateReply), (.post, .privateReply): true
      case (.person, .token), (.person, .privateReply): false
      case (.person, _): true
      default: false
      }
    if !fitsContent { return Breach(.groundsContentMismatch) }
    return fitsRecipient ? nil : Breach(.groundsRecipientMismatch)
  }

  private static func lateness(_ message: OutgoingMessage, _ window: ContactWindow, _ now: Int64) -> Breach? {
    if case .privateReply = message.grounds {
      guard let post = window.post else { return nil }
      if post.isAnswered { return Breach(.alreadyAnswered) }
      return closed(.privateReply, since: post.writtenAt, for: week - margin, now)
    }
    guard let length = self.window(of: message) else { return nil }
    return closed(length < day ? .standard : .sevenDays, since: window.lastIn, for: length, now)
  }

  private static func closed(
    _ window: Breach.Window, since last: Int64?, for length: Duration, _ now: Int64
  ) -> Breach? {
    guard let last else { return Breach(.windowClosed(after: window, hours: nil)) }
    let age = now - last
    guard Duration.milliseconds(age) >= length else { return nil }
    return Breach(.windowClosed(after: window, hours: age / 3_600_000))
  }

  private static func tokenBreach(_ token: ContactWindow.Token, _ now: Int64) -> Breach? {
    if token.isStopped { return Breach(.tokenStopped) }
    if token.isUsed { return Breach(.tokenUsed) }
    guard let end = token.expiresAt, Duration.milliseconds(end - now) <= margin else { return nil }
    return Breach(.tokenExpired)
  }
}
