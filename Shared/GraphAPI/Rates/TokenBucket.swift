/// Tokens that come back at a steady pace: one is taken for each call.
struct TokenBucket: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// Sums of fractions come short of one by less than this.
  private static let whole = 0.999

  private(set) var tokens = Double.infinity
  /// Up to when tokens have come back; ahead of the clock while nothing may leave.
  private(set) var at: Instant

  init(at now: Instant) { at = now }

  mutating func fill(at now: Instant, _ pace: Pace, pausedUntil: Instant?) {
    let gained = max(0, at.duration(to: now) / .seconds(1)) * pace.refill
    tokens = min(pace.capacity, tokens + gained)
    at = max(at, now)
    guard let pausedUntil, pausedUntil > at else { return }
    tokens = 0
    at = pausedUntil
  }

  /// False when there is none.
  mutating func take() -> Bool {
    guard tokens >= Self.whole else { return false }
    tokens = max(0, tokens - 1)
    return true
  }
}
