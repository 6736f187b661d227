import JSON
import MessageSamples

@testable import Messenger
@testable import Simulator

/// One random message at one random moment, as both sides see it: our clock may be some seconds off, the call takes
/// some, and what happened to a person, a token or a comment is the same for both.
struct SendTrial {
  let message: OutgoingMessage
  let verdict: Lawfulness.Verdict
  /// Milliseconds between the moment at Meta and the nearest end of a window or a token.
  private let edge: Int64

  private let metaTime: Int64
  private let standing: Standing
  private let permit: Permit?

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let ours: Int64 = 1_790_000_000_000
    // Within 40 s either way, and 15 s for the call: together less than the margin.
    let theirs = ours + Int64.random(in: -40_000...55_000, using: &random)
    metaTime = theirs

    let (content, natural) = Samples.messages.randomElement(using: &random) ?? (.text("a"), .reply)
    let action = Samples.actions.randomElement(using: &random) ?? .typingOn
    let grounds =
      Int.random(in: 0..<2, using: &random) == 0 ? natural : Samples.grounds.randomElement(using: &random) ?? .reply
    let recipient = Self.recipient(for: grounds, &random)
    let isAction = Int.random(in: 0..<10, using: &random) == 0
    message = try OutgoingMessage(
      to: recipient, content: isAction ? .action(action) : content, grounds: grounds,
      replyTo: !isAction && Int.random(in: 0..<10, using: &random) == 0 ? "m_1" : nil)

    let lastIn = Int.random(in: 0..<10, using: &random) == 0 ? nil : ours - Self.age(&random)
    var window = ContactWindow(lastIn: lastIn)
    standing = Standing(lastIn: lastIn)
    let ends = [Int64(24), 7 * 24].compactMap { hours in lastIn.map { $0 + hours * 3_600_000 } }
    switch recipient {
    case .person: permit = nil
    case .comment, .post:
      let post = ContactWindow.Post(writtenAt: ours - Self.age(&random), isAnswered: Bool.random(using: &random))
      window.post = post
      permit = .activity(at: post.writtenAt, isAnswered: post.isAnswered)
    case .oneTimeToken:
      let issued = ours - 365 * 24 * 3_600_000 + Self.age(&random) - 3_600_000
      let isUsed = Bool.random(using: &random)
      window.token = .init(expiresAt: issued + 365 * 24 * 3_600_000, isUsed: isUsed)
      permit = .oneTime(issued: issued, isUsed: isUsed)
    case .notificationToken:
      let expires = ours + Self.age(&random) - 3_600_000
      let isStopped = Bool.random(using: &random)
      window.token = .init(expiresAt: expires, isStopped: isStopped)
      permit = .marketing(expires: expires, isStopped: isStopped, lastUsed: nil)
    }
    let others = [window.token?.expiresAt, window.post.map { $0.writtenAt + 7 * 24 * 3_600_000 }].compactMap { $0 }
    edge = (ends + others).map { abs($0 - theirs) }.min() ?? .max
    verdict = Lawfulness.judge(message, window, now: ours)
  }

  /// What Meta says to the call; nil when it takes it.
  func refusal() -> GraphError? {
    SendRules().refusal(of: message.requestBody(metadata: "x"), standing, permit: permit, now: metaTime)
  }

  var isNearAnEdge: Bool { edge <= 2 * 60_000 }

  /// Mostly one that goes with the grounds.
  private static func recipient(for grounds: Grounds, _ random: inout SeededRandom) -> Messenger.Recipient {
    let fitting = Samples.recipients.filter { recipient in
      switch (recipient, grounds) {
      case (.oneTimeToken, .token), (.notificationToken, .token), (.comment, .privateReply), (.post, .privateReply):
        true
      case (.person, .token), (.person, .privateReply): false
      case (.person, _): true
      default: false
      }
    }
    let choice = Int.random(in: 0..<8, using: &random) == 0 ? Samples.recipients : fitting
    return choice.randomElement(using: &random) ?? .person("24")
  }

  /// How long ago something was: often close to one of Meta's edges.
  private static func age(_ random: inout SeededRandom) -> Int64 {
    let hour: Int64 = 3_600_000
    let edge = [hour, 24 * hour, 7 * 24 * hour].randomElement(using: &random) ?? hour
    return switch Int.random(in: 0..<3, using: &random) {
    case 0: edge + Int64.random(in: -90_000...90_000, using: &random)
    case 1: Int64.random(in: 0...(24 * hour), using: &random)
    default: Int64.random(in: 0...(10 * 24 * hour), using: &random)
    }
  }
}

/// The same numbers for the same seed (SplitMix64).
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
