import JSON
import Testing

@testable import Simulator

@Suite("The load's report")
struct LoadReportTests {
  private let start = ContinuousClock.now
  private let plan = LoadPlan(page: "1", mode: .closed, conversations: 2, messages: 5)

  @Test("messages are spread evenly")
  func spread() {
    #expect((0..<2).map(plan.count) == [3, 2])
  }

  @Test(
    "a reply is matched by its token",
    arguments: [
      ("pong c3-n17, Ada", 17), ("c3-n0", 0), ("pong c13-n4 c3-n5", 5), ("pong c13-n4", nil), ("pong c3-n, Ada", nil),
      ("abc3-n4", nil), ("", nil),
    ] as [(String, Int?)])
  func token(_ reply: String, _ number: Int?) {
    #expect(LoadPlan.messageNumber(in: reply, conversation: 3) == number)
  }

  @Test("latencies are exact samples, by nearest rank; time ends with the last progress")
  func figures() {
    var tally = LoadTally(plan: plan)
    for message in 0..<3 {
      tally.posted(0, message, at: start)
      tally.acknowledged(0, message, at: start + .milliseconds(1))
    }
    tally.replied(0, 1, at: start + .milliseconds(30))
    tally.replied(0, 0, at: start + .milliseconds(40))
    tally.replied(0, 1, at: start + .milliseconds(90))
    tally.replied(1, 0, at: start + .milliseconds(95))
    let report = LoadReport(plan: plan, tally: tally, webhookRetries: 4, started: start)
    #expect(report.latencies == [.milliseconds(30), .milliseconds(40)])
    #expect(report.latency(0.5) == .milliseconds(30))
    #expect(report.latency(0.99) == .milliseconds(40))
    #expect((report.lost, report.duplicated, report.reordered) == (1, 1, 1))
    #expect(report.time == .milliseconds(40))
    #expect(report.perSecond == 50)
    #expect(report.json["webhook_retries"]?.int == 4)
  }

  @Test("a report without an answer has no latency")
  func empty() {
    let report = LoadReport(plan: plan, tally: LoadTally(plan: plan), webhookRetries: 0, started: start)
    #expect(report.latency(0.5) == nil)
    #expect(report.perSecond == 0)
  }
}
