import Testing

@testable import Simulator

@Suite("Meta's limits on calls")
struct CallRatesTests {
  /// On the hour.
  private let start: Int64 = 1_789_999_200_000

  /// Calls taken of so many tried in one second.
  private func taken(_ rates: CallRates, _ kind: CallKind, tries: Int, at now: Int64, page: String = "1") -> Int {
    (0..<tries).count { number in
      (try? rates.take(kind, page: page, at: now + Int64(number * 900 / tries))) != nil
    }
  }

  @Test("a page gets 300 texts and 10 films a second, its neighbour the same")
  func perSecond() {
    let rates = CallRates()
    rates.set(.all(people: 1_000), page: nil)
    #expect(taken(rates, .text, tries: 400, at: start) == 300)
    #expect(taken(rates, .media, tries: 20, at: start) == 10)
    #expect(taken(rates, .text, tries: 400, at: start, page: "2") == 300)
    #expect(taken(rates, .text, tries: 400, at: start + 2000) == 300)
    #expect(throws: GraphError(message: "(#613) Calls to this api have exceeded the rate limit.", code: 613)) {
      try rates.take(.text, page: "1", at: start + 2950)
    }
  }

  @Test("a load meets no limit until one is set, but the profile's ten calls in ten minutes always hold")
  func standard() {
    let rates = CallRates()
    #expect(taken(rates, .text, tries: 2000, at: start) == 2000)
    #expect(taken(rates, .profile, tries: 20, at: start) == 10)
    #expect(taken(rates, .profile, tries: 20, at: start + 611_000) == 10)
  }

  @Test("past the quota every call gets 80006, and the header says when calls are taken again")
  func quota() {
    let rates = CallRates()
    var quotas = Quotas()
    quotas.calls = 100
    quotas.callsWindow = 3_600_000
    rates.set(quotas, page: "1")
    #expect(taken(rates, .text, tries: 75, at: start) == 75)
    #expect(rates.headers(page: "1", at: start + 1000).map(\.value) == [Self.header(75, regain: 0)])
    #expect(taken(rates, .other, tries: 30, at: start + 60_000) == 25)
    #expect(rates.headers(page: "1", at: start + 61_000).map(\.value) == [Self.header(105, regain: 59)])
    #expect(throws: GraphError.self) { try rates.take(.text, page: "1", at: start + 61_000) }
    #expect(taken(rates, .text, tries: 1, at: start + 3_700_000) == 1)
  }

  private static func header(_ calls: Int, regain: Int) -> String {
    #"{"1":[{"type":"messenger","call_count":\#(calls),"total_time":0,"total_cputime":0,"#
      + #""estimated_time_to_regain_access":\#(regain)}]}"#
  }

  @Test("a usage that is set is told in its header, and refuses with its code at 100", arguments: Usage.Kind.allCases)
  func usage(_ kind: Usage.Kind) {
    let rates = CallRates()
    rates.set(Usage(calls: 80, time: 3, regain: 7), kind, page: "1")
    #expect(taken(rates, .text, tries: 5, at: start) == 5)
    let header = rates.headers(page: "1", at: start).first
    #expect(header?.name == kind.header)
    #expect(header?.value.contains(#""call_count":80,"total_time":3"#) == true)
    rates.set(Usage(calls: 0, processorTime: 100), kind, page: "1")
    #expect(throws: kind.refusal) { try rates.take(.text, page: "1", at: start) }
    rates.set(nil, kind, page: "1")
    #expect(taken(rates, .text, tries: 1, at: start) == 1)
  }

  @Test("a sliding count forgets what is older than its window, and says when")
  func sliding() {
    var count = SlidingCount(window: 60_000)
    for second in 0..<30 { count.add(at: start + Int64(second * 1000)) }
    #expect(count.count(at: start + 30_000) == 30)
    #expect(count.wait(toGetBelow: 31, at: start + 30_000) == 0)
    let wait = count.wait(toGetBelow: 30, at: start + 30_000)
    #expect((29_000...30_000).contains(wait))
    #expect(count.count(at: start + 30_000 + wait) == 29)
    #expect(count.count(at: start + 90_000) == 0)
  }
}
