import Pages
import Testing

@testable import Outbound

/// What an earlier attempt left behind, how old it is, what the page says, and what follows.
struct SettlingCase: Sendable, CustomTestStringConvertible {
  let state: String
  let age: Duration
  let rule: Page.UnknownRule
  let decision: SettlingRule.Decision

  init(_ state: String, _ age: Duration, _ rule: Page.UnknownRule, _ decision: SettlingRule.Decision) {
    (self.state, self.age, self.rule, self.decision) = (state, age, rule, decision)
  }

  var testDescription: String { "\(state), \(age), \(rule.rawValue)" }
}

@Suite("The rule that settles a message with an earlier attempt")
struct SettlingRuleTests {
  private static let ends = [
    "sent", "delivered", "read", "refused", "held", "too_late", "cancelled",
  ].flatMap { state in
    [Duration.zero, .seconds(3600)].flatMap { age in
      [Page.UnknownRule.resend, .hold].map { SettlingCase(state, age, $0, .finished) }
    }
  }

  private static let retries = ["queued", "waiting", "dead"].flatMap { state in
    [Duration.zero, .seconds(3600)].flatMap { age in
      [Page.UnknownRule.resend, .hold].map { SettlingCase(state, age, $0, .resend) }
    }
  }

  private static let open: [SettlingCase] = ["sending", "unknown", "a state of a later version"].flatMap { state in
    [
      SettlingCase(state, .zero, .resend, .wait(.seconds(60))),
      SettlingCase(state, .zero, .hold, .wait(.seconds(60))),
      SettlingCase(state, .milliseconds(59_999), .resend, .wait(.milliseconds(1))),
      SettlingCase(state, .milliseconds(59_999), .hold, .wait(.milliseconds(1))),
      SettlingCase(state, .seconds(60), .resend, .resend),
      SettlingCase(state, .seconds(60), .hold, .hold),
      SettlingCase(state, .seconds(3600), .resend, .resend),
      SettlingCase(state, .seconds(3600), .hold, .hold),
      // A clock that stepped back makes an attempt look as if it were still to come.
      SettlingCase(state, .seconds(-5), .resend, .wait(.seconds(65))),
    ]
  }

  @Test("decides from state, age and the page's rule", arguments: ends + retries + open)
  func table(row: SettlingCase) {
    let rule = SettlingRule(call: .seconds(10), grace: .seconds(60))
    #expect(rule.decide(state: row.state, age: row.age, rule: row.rule) == row.decision)
  }

  @Test(
    "an open attempt waits for its call to have had its time, however short the grace",
    arguments: [
      SettlingCase("sending", .seconds(2), .resend, .wait(.seconds(9))),
      SettlingCase("sending", .milliseconds(10_999), .hold, .wait(.milliseconds(1))),
      SettlingCase("sending", .seconds(11), .resend, .resend),
      SettlingCase("sending", .seconds(11), .hold, .hold),
      SettlingCase("unknown", .seconds(2), .resend, .wait(.seconds(9))),
      SettlingCase("unknown", .seconds(11), .hold, .hold),
    ])
  func shortGrace(row: SettlingCase) {
    let rule = SettlingRule(call: .seconds(10), grace: .seconds(1))
    #expect(rule.decide(state: row.state, age: row.age, rule: row.rule) == row.decision)
  }
}
