/// Tokens that come back at a steady pace. A token may be taken before it is there: the taker is told when it will be,
/// so that those who wait stand in a line.
struct TokenBucket: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// A full bucket holds the tokens of this many seconds, and never less than one.
  private static let depth = 0.1

  /// Below zero: so many are promised.
  private var tokens = Double.infinity
  /// Up to when tokens have come back; ahead of the clock while the bucket is shut.
  private var at: Instant

  init(at now: Instant) { at = now }

  /// Takes a token.
  ///
  /// - Returns: When it is there: `now`, or later.
  mutating func take(at now: Instant, perSecond: Double) -> Instant {
    let capacity = max(1, perSecond * Self.depth)
    let gained = max(0, at.duration(to: now) / .seconds(1)) * perSecond
    tokens = min(capacity, tokens + gained) - 1
    at = max(at, now)
    return tokens >= 0 ? at : at.advanced(by: .seconds(-tokens / perSecond))
  }

  /// Gives nothing out before `until`, and forgets what it has promised.
  ///
  /// - Returns: False when it is shut that long already.
  mutating func shut(until: Instant) -> Bool {
    guard until > at else { return false }
    tokens = 0
    at = until
    return true
  }
}
