import JSON
import MessageSamples
import Testing

@testable import Messenger
@testable import Simulator

@Suite("What we call lawful, Meta takes")
struct SendLawTests {
  private static let minute: Int64 = 60_000
  private static let hour = 60 * minute
  private static let person = Standing(lastIn: 1_790_000_000_000)

  @Test("every form of message, to every form of recipient that its grounds allow")
  func kinds() throws {
    let now = 1_790_000_000_000 + Self.hour
    let permit = Permit.activity(at: now, isAnswered: false)
    for (content, grounds) in Samples.messages {
      let body = try OutgoingMessage(to: .person("24"), content: content, grounds: grounds).requestBody(metadata: "x")
      let refusal = SendRules().refusal(of: body, Self.person, now: now)
      #expect(refusal == nil, "\(body.serialized())")
    }
    for recipient in Samples.recipients {
      let grounds: Grounds =
        switch recipient {
        case .person: .update
        case .comment, .post: .privateReply
        case .oneTimeToken, .notificationToken: .token
        }
      let message = try OutgoingMessage(to: recipient, content: .text("hi"), grounds: grounds)
      #expect(SendRules().refusal(of: message.requestBody(metadata: "x"), Self.person, permit: permit, now: now) == nil)
    }
    for action in Samples.actions {
      let message = try OutgoingMessage(to: .person("24"), content: .action(action), grounds: .reply)
      #expect(SendRules().refusal(of: message.requestBody(metadata: nil), Self.person, now: now) == nil)
    }
    for handOver in [ThreadHandOver.pass(appID: "7"), .pass(appID: nil), .release] {
      let message = try OutgoingMessage(
        to: .person("24"), content: .text("hi"), grounds: .reply, personaID: "5", replyTo: "m_1",
        notification: .noPush, handOver: handOver)
      #expect(SendRules().refusal(of: message.requestBody(metadata: "x"), Self.person, now: now) == nil)
    }
  }

  @Test("every tag that Meta has retired is retired here, on the same day")
  func tags() throws {
    let retired = MessageTag.all.filter { $0.retired != nil }
    #expect(Set(retired.map(\.name)) == RetiredTag.until2020.union(RetiredTag.until2026))
    for tag in retired { #expect(RetiredTag(tag.name)?.retired == tag.retired) }
    #expect(MessageTag.all.filter { $0.retired == nil }.allSatisfy { RetiredTag($0.name) == nil })
  }

  @Test("of random messages, clocks, windows, tokens and comments, none that we let go is unlawful at Meta")
  func property() throws {
    var (lawful, unlawful, cautious) = (0, 0, 0)
    var reasons: [String: Int] = [:]
    for seed in 0..<20_000 {
      let trial = try SendTrial(seed: UInt64(seed))
      let refusal = trial.refusal()
      switch trial.verdict {
      case .lawful:
        lawful += 1
        #expect(refusal == nil, "seed \(seed): \(trial.message.grounds.kind), \(refusal?.message ?? "")")
      case .unlawful(let breach):
        unlawful += 1
        reasons[breach.code, default: 0] += 1
        guard refusal == nil else { continue }
        cautious += 1
        // What Meta would have taken all the same is close to an edge, or says one thing and means another.
        #expect(trial.isNearAnEdge || breach.code.hasPrefix("grounds_"), "seed \(seed): \(breach.code)")
      }
    }
    #expect(lawful > 1000 && unlawful > 1000)
    #expect(
      Set(reasons.keys) == [
        "window_closed", "grounds_content_mismatch", "grounds_recipient_mismatch", "token_used", "token_expired",
        "token_stopped", "already_answered",
      ])
    print(
      "random sends: \(lawful) lawful, all of which Meta takes; \(unlawful) unlawful, \(cautious) of which Meta would have",
      "taken; \(reasons.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))")
  }
}
