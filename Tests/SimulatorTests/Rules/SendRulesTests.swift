import JSON
import Testing

@testable import Simulator

@Suite("When Meta takes a message")
struct SendRulesTests {
  private static let hour: Int64 = 3_600_000
  private static let now: Int64 = 1_790_000_000_000
  private let rules = SendRules()

  private static func body(_ type: String, tag: String? = nil, message: JSON = ["text": "t"]) -> JSON {
    var body = SendSamples.body(message, type: .string(type)).object ?? [:]
    body["tag"] = tag.map(JSON.string)
    return .object(body)
  }

  private static let utility: JSON = ["template": ["name": "n", "language": ["code": "en"]]]
  private static let feedback = SendSamples.feedback()["message"]!

  /// The last hour in which it is taken, and the error an hour later; nil: taken at any time.
  @Test(
    "each kind of send has its window",
    arguments: [
      (body("RESPONSE"), 24), (body("UPDATE"), 24), (body("MESSAGE_TAG", tag: "HUMAN_AGENT"), 168),
      (body("MESSAGE_TAG", tag: "CUSTOMER_FEEDBACK", message: feedback), 168),
      (body("UTILITY", message: utility), nil), (["recipient": ["id": "1"], "sender_action": "typing_on"], 24),
      (["recipient": ["id": "1"], "sender_action": "mark_seen"], 24),
    ] as [(JSON, Int64?)])
  func windows(_ body: JSON, _ hours: Int64?) {
    func refusal(_ hours: Int64) -> GraphError? {
      rules.refusal(of: body, Standing(lastIn: Self.now - hours * Self.hour), now: Self.now)
    }
    #expect(refusal(0) == nil)
    #expect(refusal(hours ?? 10_000) == nil)
    if let hours { #expect(refusal(hours + 1) == .outsideWindow) }
    #expect(rules.refusal(of: body, Standing(lastIn: nil), now: Self.now) == (hours == nil ? nil : .outsideWindow))
  }

  @Test("an answer to one message asks for the 24 hours whatever else allows it")
  func replyTo() {
    var body = Self.body("MESSAGE_TAG", tag: "HUMAN_AGENT").object ?? [:]
    body["reply_to"] = ["mid": "m_1"]
    let standing = Standing(lastIn: Self.now - 25 * Self.hour)
    #expect(rules.refusal(of: .object(body), standing, now: Self.now) == .outsideWindow)
  }

  @Test("a tag is good until its day and 100 from then on", arguments: MessageTag.all)
  func tags(_ tag: MessageTag) {
    let body = Self.body("MESSAGE_TAG", tag: tag.name, message: Self.feedback)
    guard tag.retired != nil else {
      #expect(rules.refusal(of: body, Standing(lastIn: Self.now), now: Self.now) == nil)
      return
    }
    let before = tag.retiredAt - 1
    #expect(rules.refusal(of: body, Standing(lastIn: before), now: before) == nil)
    #expect(rules.refusal(of: body, Standing(lastIn: tag.retiredAt), now: tag.retiredAt)?.code == 100)
  }

  @Test(
    "content and grounds have to fit",
    arguments: [
      body("UTILITY"), body("RESPONSE", message: utility), body("MESSAGE_TAG", tag: "CUSTOMER_FEEDBACK"),
      body("MESSAGE_TAG"), body("MESSAGE_TAG", tag: "PIGEON"),
    ])
  func misfits(_ body: JSON) {
    #expect(rules.refusal(of: body, Standing(lastIn: Self.now), now: Self.now)?.code == 100)
  }

  @Test("who is unknown, away, or led by another app is not reached")
  func reach() {
    let body = Self.body("RESPONSE")
    #expect(rules.refusal(of: body, nil, now: Self.now) == .unknownPerson)
    let standing = Standing(lastIn: Self.now)
    var other = standing
    other.reach = .unavailable
    #expect(rules.refusal(of: body, other, now: Self.now) == .unavailable)
    other.reach = .notNow
    #expect(rules.refusal(of: body, other, now: Self.now) == .notNow)
    other = standing
    other.thread = .app("263902037430900")
    #expect(rules.refusal(of: body, other, now: Self.now) == .otherAppLeads)
    other.thread = .idle
    #expect(rules.refusal(of: body, other, now: Self.now) == nil)
  }

  @Test("a token or a comment carries one message, in its time, whatever the window")
  func permits() {
    let day = 24 * Self.hour
    func refusal(_ recipient: JSON, _ permit: Permit?) -> GraphError? {
      var body = Self.body("UPDATE").object ?? [:]
      body["recipient"] = recipient
      return rules.refusal(of: .object(body), Standing(), permit: permit, now: Self.now)
    }
    let once: JSON = ["one_time_notif_token": "t"]
    #expect(refusal(once, nil)?.code == 100)
    #expect(refusal(once, .oneTime(issued: Self.now - 365 * day, isUsed: false)) == nil)
    #expect(refusal(once, .oneTime(issued: Self.now - 366 * day, isUsed: false))?.code == 100)
    #expect(refusal(once, Permit.oneTime(issued: Self.now, isUsed: false).used(at: Self.now))?.code == 100)

    let often: JSON = ["notification_messages_token": "t"]
    let fresh = Permit.marketing(expires: Self.now + 1, isStopped: false, lastUsed: nil)
    #expect(refusal(often, fresh) == nil)
    #expect(refusal(often, fresh.used(at: Self.now - 47 * Self.hour)) == .tooSoon)
    #expect(refusal(often, fresh.used(at: Self.now - 48 * Self.hour)) == nil)
    #expect(refusal(often, .marketing(expires: Self.now, isStopped: false, lastUsed: nil))?.code == 100)
    #expect(refusal(often, .marketing(expires: Self.now + 1, isStopped: true, lastUsed: nil)) == .stopped)

    let comment: JSON = ["comment_id": "c"]
    #expect(refusal(comment, .activity(at: Self.now - 7 * day, isAnswered: false)) == nil)
    #expect(refusal(comment, .activity(at: Self.now - 8 * day, isAnswered: false)) == .cannotBeAnswered)
    #expect(refusal(comment, .activity(at: Self.now, isAnswered: true)) == .answered)
  }
}
