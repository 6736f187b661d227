internal import Synchronization

/// Keeps every page below Meta's limits: a line for each page and kind of message, and how much slower than the limit
/// it goes. One page's line never holds up another's; only what Meta says of a whole app slows all its pages.
///
/// The limits are shared evenly among the workers that live. What Meta answers is learned by each worker for itself, and
/// is forgotten when it ends: the first answers say it again.
package final class PageRates: Sendable {
  package typealias Instant = ContinuousClock.Instant

  /// What a caller is told.
  package enum Permit: Sendable, Hashable {
    /// Call now.
    case go
    /// Park, come back after this long, and ask again with the same ticket.
    case wait(Duration)
  }

  /// Waits up to this long are waited out: parking would take longer. A page's pace bounds how many of its messages can
  /// do so at once, so they do not hold up others.
  private static let shortWait = Duration.milliseconds(20)
  /// Meta may change its mind; who waits longer than this asks again in between.
  private static let longestWait = Duration.seconds(300)

  private struct Page {
    var app: String?
    var throttle = Throttle()
    var lines: [SendKind: SendLine] = [:]
  }

  private struct State {
    var workers: Int
    var pages: [String: Page] = [:]
    var apps: [String: Throttle] = [:]
  }

  private let state: Mutex<State>

  /// - Parameter workers: How many live, this one included.
  package init(workers: Int = 1) {
    state = Mutex(State(workers: max(1, workers)))
  }

  /// How many workers share the limits from now on.
  package func share(among workers: Int) {
    state.withLock { $0.workers = max(1, workers) }
  }

  /// Whether a message may be sent now.
  ///
  /// - Parameters:
  ///   - app: The page's app, where it is known: pages of an app share what Meta says of it.
  ///   - ticket: The job's id: who was told to wait keeps their place.
  package func permit(page: String, app: String?, kind: SendKind, ticket: Int64) async -> Permit {
    for _ in 0..<3 {
      let wait = ask(page: page, app: app, kind: kind, ticket: ticket, at: .now)
      guard wait > .zero else { return .go }
      guard wait <= Self.shortWait else { return .wait(min(wait, Self.longestWait)) }
      guard (try? await Task.sleep(for: wait)) != nil else { return .wait(wait) }
    }
    return .wait(Self.shortWait)
  }

  /// The same at once: zero to call now, else how long to wait. After a refusal it tells how long to park.
  package func ask(
    page id: String, app: String?, kind: SendKind, ticket: Int64, at now: Instant = .now
  ) -> Duration {
    state.withLock { state in
      let appThrottle = app.flatMap { state.apps[$0] }
      var page = state.pages.removeValue(forKey: id) ?? Page()
      defer { state.pages[id] = page }
      page.app = app
      let throttles = [page.throttle] + (appThrottle.map { [$0] } ?? [])
      let limit = kind.perSecond / Double(state.workers)
      let pace = Pace(
        limit: limit * (throttles.map { $0.share(at: now) }.min() ?? 1),
        recovered: limit * (throttles.map { $0.shareLater(at: now) }.min() ?? 1))
      return page.lines[kind, default: SendLine(at: now)].ask(
        ticket, at: now, pace, pausedUntil: throttles.compactMap(\.pausedUntil).max())
    }
  }

  /// What an answer said about the limits.
  ///
  /// - Parameters:
  ///   - refusal: The error it held, if any.
  ///   - calledAt: When the call began.
  package func learned(
    page id: String, usage: UsageHeaders, refusal: GraphError?, calledAt: Instant, at now: Instant = .now
  ) {
    let limited = refusal.flatMap { $0.limit == nil ? nil : $0 }
    guard limited != nil || !usage.isEmpty else { return }
    state.withLock { state in
      var page = state.pages.removeValue(forKey: id) ?? Page()
      defer { state.pages[id] = page }
      if let use = usage.page { page.throttle.used(use, at: now) }
      if let app = page.app, let use = usage.app { state.apps[app, default: Throttle()].used(use, at: now) }
      guard let limited else { return }
      if limited.limit == .app, let app = page.app {
        state.apps[app, default: Throttle()].refused(wait: limited.retryAfter, calledAt: calledAt, at: now)
      } else {
        page.throttle.refused(wait: limited.retryAfter, calledAt: calledAt, at: now)
      }
    }
  }

  /// How many pages are paused by Meta, and how many go slower than they might.
  package func slowed(at now: Instant = .now) -> (paused: Int, slower: Int) {
    state.withLock { state in
      state.pages.values.reduce(into: (paused: 0, slower: 0)) { count, page in
        let throttles = [page.throttle] + (page.app.flatMap { state.apps[$0] }.map { [$0] } ?? [])
        if throttles.contains(where: { $0.isPaused(at: now) }) {
          count.paused += 1
        } else if throttles.contains(where: { $0.share(at: now) < 1 }) {
          count.slower += 1
        }
      }
    }
  }
}
