import JSON
import Testing

@testable import Simulator

@Suite("Meta's limits on messages")
struct SendLimitTests {
  private func passes(_ body: JSON, _ limits: LimitTable<SendLimit> = .meta) -> Bool {
    (try? SendRequest(body, limits: limits)) != nil
  }

  @Test("each limit holds at its ends and one beyond", arguments: SendLimit.allCases)
  func ends(_ limit: SendLimit) {
    let range = LimitTable<SendLimit>.meta[limit]
    #expect(passes(SendSamples.body(limit, range.lowerBound)))
    #expect(passes(SendSamples.body(limit, range.upperBound)))
    #expect(!passes(SendSamples.body(limit, range.upperBound + 1)))
    if range.lowerBound > 0 { #expect(!passes(SendSamples.body(limit, range.lowerBound - 1))) }
  }

  @Test("each row decides: changed, it lets other messages through", arguments: SendLimit.allCases)
  func rows(_ limit: SendLimit) {
    var wider = LimitTable<SendLimit>.meta
    let range = wider[limit]
    wider[limit] = range.lowerBound...(range.upperBound + 1)
    #expect(passes(SendSamples.body(limit, range.upperBound + 1), wider))
    guard range.lowerBound < range.upperBound else { return }
    var narrower = LimitTable<SendLimit>.meta
    narrower[limit] = range.lowerBound...(range.upperBound - 1)
    #expect(!passes(SendSamples.body(limit, range.upperBound), narrower))
  }

  @Test("lengths are UTF-16 code units: a face with a skin tone counts four")
  func units() {
    let faces = String(repeating: "👍🏽", count: 5)
    #expect(passes(SendSamples.body(["text": "t", "quick_replies": [reply(faces)]])))
    #expect(!passes(SendSamples.body(["text": "t", "quick_replies": [reply(faces + "a")]])))
  }

  private func reply(_ title: String) -> JSON {
    ["content_type": "text", "title": .string(title), "payload": "p"]
  }

  @Test("every row names a source")
  func sources() {
    #expect(LimitTable<SendLimit>.meta.rows.allSatisfy { !$0.source.isEmpty })
    #expect(LimitTable<PlatformLimit>.meta.rows.allSatisfy { !$0.source.isEmpty })
  }
}
