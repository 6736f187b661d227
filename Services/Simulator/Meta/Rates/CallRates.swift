import Synchronization

/// Counts each page's calls and refuses those above its quotas, as Meta does: 613 above a limit of the second, 80006
/// above the quota of the day, 4, 32 or 80006 while a usage that the control side set stands at 100.
final class CallRates: Sendable {
  private struct Meter {
    var quotas = Quotas.standard
    var counts: [CallKind: SlidingCount] = [:]
    var all: SlidingCount?
    /// Set by the control side; wins over what is counted.
    var usage: [Usage.Kind: Usage] = [:]
  }

  private struct State {
    var pages: [String: Meter] = [:]
    var standard = Quotas.standard
  }

  private let state = Mutex(State())

  // MARK: What holds

  /// For one page, or for all of them and those to come.
  func set(_ quotas: Quotas, page: String?) {
    state.withLock { state in
      if page == nil { state.standard = quotas }
      for known in page.map({ [$0] }) ?? Array(state.pages.keys) {
        let usage = state.pages[known]?.usage ?? [:]
        state.pages[known] = Meter(quotas: quotas, usage: usage)
      }
    }
  }

  /// nil takes it back.
  func set(_ usage: Usage?, _ kind: Usage.Kind, page: String) {
    state.withLock { $0.pages[page, default: Meter(quotas: $0.standard)].usage[kind] = usage }
  }

  // MARK: Calls

  /// Counts a call. A refused one counts too: going on while throttled prolongs the block.
  func take(_ kind: CallKind, page: String, at now: Int64 = platformTime()) throws(GraphError) {
    let refusal: GraphError? = state.withLock { state in
      let standard = state.standard
      // Nearly every call of a load meets no limit at all.
      guard state.pages[page] != nil || standard.limit(kind) != nil || standard.calls != nil else { return nil }
      return Self.take(kind, &state.pages[page, default: Meter(quotas: standard)], now)
    }
    if let refusal { throw refusal }
  }

  private static func take(_ kind: CallKind, _ meter: inout Meter, _ now: Int64) -> GraphError? {
    if let spent = Usage.Kind.allCases.first(where: { meter.usage[$0]?.isSpent == true }) { return spent.refusal }
    if let calls = meter.quotas.calls {
      meter.all = meter.all ?? SlidingCount(window: meter.quotas.callsWindow)
      meter.all?.add(at: now)
      if let all = meter.all?.count(at: now), all > calls { return Usage.Kind.business.refusal }
    }
    guard let limit = meter.quotas.limit(kind) else { return nil }
    let calls = meter.counts[kind, default: SlidingCount(window: limit.window)].count(at: now)
    guard calls < limit.calls else {
      return GraphError(message: "(#613) Calls to this api have exceeded the rate limit.", code: 613)
    }
    meter.counts[kind]?.add(at: now)
    return nil
  }

  /// The usage headers of an answer; none where nothing is metered.
  func headers(page: String, at now: Int64 = platformTime()) -> [(name: String, value: String)] {
    state.withLock { state in
      guard var usage = state.pages[page]?.usage else { return [] }
      if let calls = state.pages[page]?.quotas.calls, usage[.business] == nil {
        let made = state.pages[page]?.all?.count(at: now) ?? 0
        let wait = state.pages[page]?.all?.wait(toGetBelow: calls, at: now) ?? 0
        usage[.business] = Usage(calls: made * 100 / max(1, calls), regain: Int((wait + 59_999) / 60_000))
      }
      return Usage.Kind.allCases.compactMap { kind in usage[kind]?.header(kind, page: page) }
    }
  }
}
