import JSON

/// Whether a well-formed call may go out now, and to this person (Meta, send messages, private replies, conversation
/// routing). A pure judgement: no clock, no state.
struct SendRules: Sendable {
  var limits = LimitTable<PlatformLimit>.meta

  /// Shape and rules in one: what Meta would refuse `body` with; nil when Meta takes it.
  ///
  /// - Parameters:
  ///   - standing: nil for a person Meta does not know of.
  ///   - permit: what the token or the comment in `recipient` stands for.
  ///   - now: milliseconds since 1970.
  func refusal(
    of body: JSON, _ standing: Standing?, permit: Permit? = nil, now: Int64,
    shape: LimitTable<SendLimit> = .meta
  ) -> GraphError? {
    do throws(GraphError) {
      try check(SendRequest(body, limits: shape), standing, permit: permit, now: now)
      return nil
    } catch {
      return error
    }
  }

  func check(_ send: SendRequest, _ standing: Standing?, permit: Permit?, now: Int64) throws(GraphError) {
    try checkTag(send, now)
    try checkContent(send)
    guard let standing else { throw .unknownPerson }
    switch standing.reach {
    case .reachable: break
    case .unavailable: throw .unavailable
    case .notNow: throw .notNow
    }
    if case .app = standing.thread { throw .otherAppLeads }
    switch send.recipient {
    case .person, .userRef: try checkWindow(send, standing, now)
    case .activity, .oneTimeToken, .notificationToken:
      guard let permit else { throw .badParameter("param recipient names no token or activity of this Page") }
      try check(permit, now)
    }
  }

  private func checkTag(_ send: SendRequest, _ now: Int64) throws(GraphError) {
    guard send.messagingType == "MESSAGE_TAG" else { return }
    guard let tag = send.tag.flatMap(MessageTag.named) else {
      throw .badParameter("param tag must be one of {CUSTOMER_FEEDBACK, HUMAN_AGENT}")
    }
    guard now < tag.retiredAt else {
      throw .badParameter("The tag \(tag.name) has been deprecated since \(tag.retired ?? "")")
    }
  }

  /// Two kinds of content go only under a name of their own.
  private func checkContent(_ send: SendRequest) throws(GraphError) {
    guard let message = send.message else { return }
    if case .utility = message.kind {
      guard send.messagingType == "UTILITY" else {
        throw .badParameter("param messaging_type must be UTILITY for a utility template")
      }
    } else if send.messagingType == "UTILITY" {
      throw .badParameter("param message must hold a utility template")
    }
    guard send.messagingType == "MESSAGE_TAG", send.tag == "CUSTOMER_FEEDBACK" else { return }
    guard case .template("customer_feedback", _) = message.kind else {
      throw .badParameter("param message must hold a customer_feedback template")
    }
  }

  private func checkWindow(_ send: SendRequest, _ standing: Standing, _ now: Int64) throws(GraphError) {
    let open: Int64?
    switch (send.messagingType, send.tag) {
    case ("UTILITY", _): open = nil
    case ("MESSAGE_TAG", "HUMAN_AGENT"): open = days(.humanAgent)
    case ("MESSAGE_TAG", "CUSTOMER_FEEDBACK"): open = days(.customerFeedback)
    case ("MESSAGE_TAG", _): open = nil
    default: open = hours(.window)
    }
    // Answering to one message asks for the 24 hours whatever else allows the call (Meta, Send API reference).
    let limit = send.replyTo == nil ? open : min(open ?? .max, hours(.window))
    guard let limit else { return }
    guard let lastIn = standing.lastIn, now - lastIn <= limit else { throw .outsideWindow }
  }

  private func check(_ permit: Permit, _ now: Int64) throws(GraphError) {
    switch permit {
    case .oneTime(_, true): throw .badParameter("The one-time notification token was used already")
    case .oneTime(let issued, false):
      guard now - issued <= days(.oneTimeToken) else {
        throw .badParameter("The one-time notification token has expired")
      }
    case .marketing(_, true, _): throw .stopped
    case .marketing(let expires, false, let lastUsed):
      guard now < expires else { throw .badParameter("The notification messages token has expired") }
      if let lastUsed, now - lastUsed < hours(.marketingGap) { throw .tooSoon }
    case .activity(_, true): throw .answered
    case .activity(let at, false):
      guard now - at <= days(.privateReply) else { throw .cannotBeAnswered }
    }
  }

  private func hours(_ name: PlatformLimit) -> Int64 { Int64(limits[name].upperBound) * 3_600_000 }
  private func days(_ name: PlatformLimit) -> Int64 { hours(name) * 24 }
}
