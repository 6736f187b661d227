import MessageSamples
import Messenger
import Testing

@Suite("Whether a message may go now")
struct LawfulnessTests {
  private static let now: Int64 = 1_790_000_000_000
  private static let hour: Int64 = 3_600_000
  private static let agent = Grounds.humanAgent(OperatorKey(checked: "key-7"))

  private func judge(
    _ grounds: Grounds, _ content: OutgoingMessage.Content = .text("a"), to recipient: Recipient = .person("24"),
    hoursAgo: Int64? = nil, token: ContactWindow.Token? = nil, post: ContactWindow.Post? = nil
  ) throws -> String {
    let message = try OutgoingMessage(to: recipient, content: content, grounds: grounds)
    let window = ContactWindow(lastIn: hoursAgo.map { Self.now - $0 * Self.hour }, token: token, post: post)
    return switch Lawfulness.judge(message, window, now: Self.now) {
    case .lawful: "lawful"
    case .unlawful(let breach): breach.code
    }
  }

  @Test(
    "depends on how long the person has been silent",
    arguments: [
      (Grounds.reply, 23, "lawful"), (.reply, 24, "window_closed"), (.reply, nil, "window_closed"),
      (.update, 23, "lawful"), (.update, 24, "window_closed"), (agent, 24, "lawful"), (agent, 7 * 24 - 1, "lawful"),
      (agent, 7 * 24, "window_closed"), (agent, nil, "window_closed"),
    ] as [(Grounds, Int64?, String)])
  func windows(grounds: Grounds, hours: Int64?, verdict: String) throws {
    #expect(try judge(grounds, hoursAgo: hours) == verdict)
  }

  @Test("ends a minute before the window does, and not before")
  func margin() throws {
    let message = try OutgoingMessage(to: .person("24"), content: .text("a"), grounds: .reply)
    let edge = Self.now - 24 * Self.hour + 60_000
    #expect(Lawfulness.judge(message, ContactWindow(lastIn: edge + 1), now: Self.now) == .lawful)
    #expect(Lawfulness.judge(message, ContactWindow(lastIn: edge), now: Self.now) != .lawful)
    #expect(Lawfulness.window(of: message) == .seconds(24 * 3600 - 60))
  }

  @Test("of an answer to one message is the 24 hours, whatever else allows it")
  func answers() throws {
    for (content, grounds) in [
      (OutgoingMessage.Content.text("a"), Self.agent), (.utility(Samples.utility), .utility),
      (.template(Template(Samples.feedback)), .customerFeedback),
    ] {
      let message = try OutgoingMessage(to: .person("24"), content: content, grounds: grounds, replyTo: "m_1")
      #expect(Lawfulness.window(of: message) == .seconds(24 * 3600 - 60))
    }
  }

  @Test("depends on what is said: each grounds' own content, and nobody else's")
  func contents() throws {
    let (utility, feedback) = (
      OutgoingMessage.Content.utility(Samples.utility), OutgoingMessage.Content.template(Template(Samples.feedback))
    )
    #expect(try judge(.utility, utility) == "lawful")
    #expect(try judge(.utility, .text("a"), hoursAgo: 0) == "grounds_content_mismatch")
    #expect(try judge(.reply, utility, hoursAgo: 0) == "grounds_content_mismatch")
    #expect(try judge(.customerFeedback, feedback, hoursAgo: 100) == "lawful")
    #expect(try judge(.customerFeedback, feedback, hoursAgo: 7 * 24) == "window_closed")
    #expect(try judge(.customerFeedback, .text("a"), hoursAgo: 1) == "grounds_content_mismatch")
    #expect(try judge(.reply, feedback, hoursAgo: 1) == "lawful")
    #expect(try judge(Self.agent, .action(.typingOn), hoursAgo: 25) == "window_closed")
    #expect(try judge(.reply, .action(.typingOn), hoursAgo: 1) == "lawful")
    #expect(try judge(.token, .action(.typingOn), to: .oneTimeToken("t")) == "grounds_content_mismatch")
  }

  @Test("depends on the form of recipient")
  func recipients() throws {
    for recipient in Samples.recipients {
      for grounds in [Grounds.reply, .token, .privateReply] {
        let fits =
          switch (recipient, grounds) {
          case (.person, .reply), (.oneTimeToken, .token), (.notificationToken, .token): true
          case (.comment, .privateReply), (.post, .privateReply): true
          default: false
          }
        #expect(
          try judge(grounds, to: recipient, hoursAgo: 1) == (fits ? "lawful" : "grounds_recipient_mismatch"))
      }
    }
  }

  @Test("depends on the token's own state, as far as it is known")
  func tokens() throws {
    func judge(_ token: ContactWindow.Token?) throws -> String {
      try self.judge(.token, to: .notificationToken("t"), token: token)
    }
    #expect(try judge(nil) == "lawful")
    #expect(try judge(.init(expiresAt: Self.now + Self.hour)) == "lawful")
    #expect(try judge(.init(expiresAt: Self.now + 60_000)) == "token_expired")
    #expect(try judge(.init(isUsed: true)) == "token_used")
    #expect(try judge(.init(isStopped: true)) == "token_stopped")
  }

  @Test("of a private reply depends on its comment, once")
  func privateReplies() throws {
    func judge(_ post: ContactWindow.Post?) throws -> String {
      try self.judge(.privateReply, to: .comment("1_2"), post: post)
    }
    #expect(try judge(nil) == "lawful")
    #expect(try judge(.init(writtenAt: Self.now - 6 * 24 * Self.hour)) == "lawful")
    #expect(try judge(.init(writtenAt: Self.now - 7 * 24 * Self.hour)) == "window_closed")
    #expect(try judge(.init(writtenAt: Self.now, isAnswered: true)) == "already_answered")
  }

  @Test("is told in words, with what to do: the geofence at three in the morning")
  func words() throws {
    let message = try OutgoingMessage(to: .person("24"), content: .text("Your van has left."), grounds: .update)
    let verdict = Lawfulness.judge(message, ContactWindow(lastIn: Self.now - 40 * Self.hour), now: Self.now)
    guard case .unlawful(let breach) = verdict else {
      Issue.record("it went")
      return
    }
    #expect(
      breach.description
        == "The person's last act was 40 hours ago, outside Meta's window of 24 hours. Send an approved "
        + "utility template, or wait until the person writes; a person may still answer for 7 days as a human agent.")
    let utility = try OutgoingMessage(to: .person("24"), content: .utility(Samples.utility), grounds: .utility)
    #expect(Lawfulness.judge(utility, ContactWindow(lastIn: Self.now - 40 * Self.hour), now: Self.now) == .lawful)
  }
}
