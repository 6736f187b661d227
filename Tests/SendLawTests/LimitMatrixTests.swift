import JSON
import Testing

@testable import Messenger
@testable import Simulator

@Suite("Our limits and Meta's, as the simulator has them")
struct LimitMatrixTests {
  /// Where one side takes a call and the other does not, such as `text 2000: we take it`.
  private func disagreements(
    _ limits: [MessageLimit] = MessageLimit.allCases, ours: MessageLimits = .meta, theirs: LimitTable<SendLimit> = .meta
  ) -> [String] {
    limits.flatMap { limit in
      LimitCase.amounts(of: MessageLimits.meta[limit].range).compactMap { amount in
        guard let body = LimitCase.body(limit, amount) else { return nil }
        let isOurs = !MetaRequest.validate(body, limits: ours).contains(where: \.isRefusal)
        let isTheirs = (try? SendRequest(body, limits: theirs)) != nil
        return isOurs == isTheirs ? nil : "\(limit) \(amount): \(isOurs ? "we take it" : "Meta takes it")"
      }
    }
  }

  /// The range with each of its ends moved by one, where that is a range still and says something: nothing has fewer
  /// than no letters.
  private func changes(of range: ClosedRange<Int>) -> [ClosedRange<Int>] {
    let (low, high) = (range.lowerBound, range.upperBound)
    var changes = [low...(high + 1)]
    if low < high { changes.append(low...(high - 1)) }
    if low > 0 { changes.append((low - 1)...high) }
    if low > 0, low < high { changes.append((low + 1)...high) }
    return changes
  }

  @Test("agree at, below and above each limit, and a call inside all of them goes")
  func agreement() throws {
    var (taken, refused) = (0, 0)
    for limit in MessageLimit.allCases where limit != .textOfOldVersions {
      let range = MessageLimits.meta[limit].range
      for amount in LimitCase.amounts(of: range) {
        let findings = MetaRequest.validate(try #require(LimitCase.body(limit, amount)))
        #expect(findings.isEmpty == range.contains(amount), "\(limit) \(amount): \(findings)")
        if findings.isEmpty { taken += 1 } else { refused += 1 }
      }
    }
    let disagreements = disagreements()
    #expect(disagreements.isEmpty, "\(disagreements)")
    print("limits: \(MessageLimit.allCases.count - 1) rows, \(taken) calls taken and \(refused) refused by both sides")
  }

  @Test("disagree as soon as any row of ours changes")
  func ours() {
    for limit in MessageLimit.allCases where limit != .textOfOldVersions {
      for range in changes(of: MessageLimits.meta[limit].range) {
        #expect(!disagreements([limit], ours: .meta.changing(limit, to: range)).isEmpty, "\(limit) as \(range)")
      }
    }
  }

  @Test("disagree as soon as any row of the simulator's changes")
  func theirs() {
    let meta = LimitTable<SendLimit>.meta
    for limit in SendLimit.allCases {
      for range in changes(of: meta[limit]) {
        // A message without any text is refused before its length is looked at.
        if limit == .text, range.lowerBound == 0 { continue }
        var table = meta
        table[limit] = range
        #expect(!disagreements(theirs: table).isEmpty, "\(limit) as \(range)")
      }
    }
  }

  @Test("count characters alike: an emoji is two")
  func characters() {
    for (count, goes) in [(999, true), (1000, false)] {
      let body = LimitCase.call(.text(String(repeating: "😀", count: count)))
      #expect(MetaRequest.validate(body).isEmpty == goes)
      #expect(((try? SendRequest(body)) != nil) == goes)
    }
  }
}
