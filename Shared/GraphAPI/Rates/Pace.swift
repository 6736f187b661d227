/// How fast calls may leave now, and how fast they may again once a refusal is forgotten.
struct Pace: Sendable {
  /// What may leave at once after a quiet time, as a part of a second's calls.
  private static let burst = 0.05

  /// The most calls in any one second.
  let limit: Double
  /// What the limit grows back to: it doubles every `Throttle.doubling`.
  let recovered: Double

  /// What a full bucket holds: a burst and a second's tokens together are no more than the limit.
  var capacity: Double { max(1, limit * Self.burst) }
  /// Tokens a second.
  var refill: Double { Self.refill(limit) }

  private static func refill(_ limit: Double) -> Double { max(limit - max(1, limit * burst), limit / 2) }

  /// How long it takes until so many more tokens are there.
  func time(for tokens: Double) -> Duration {
    let step = Throttle.doubling / .seconds(1)
    var (left, seconds, rate) = (tokens, 0.0, limit)
    while rate < recovered {
      let mean = Self.refill((rate + min(recovered, rate * 2)) / 2)
      guard left > mean * step else { return .seconds(seconds + left / mean) }
      left -= mean * step
      seconds += step
      rate = min(recovered, rate * 2)
    }
    return .seconds(seconds + left / Self.refill(rate))
  }
}
