/// The line before one limit of a page: who may call now, and when the others are to come back.
///
/// Who has to wait gets a place, and is told how long those before it will take. Whoever comes back and finds no token,
/// because the pace has fallen or many are late at once, is told anew by the same place.
struct SendLine: Sendable {
  typealias Instant = ContinuousClock.Instant

  /// How late a place may be taken up before it is given away: a parking ends a second late, and a worker may be busy.
  private static let patience = Duration.seconds(60)
  private static let tidying = Duration.seconds(10)
  /// Nobody is told to wait longer than this for those before them: the pace may grow meanwhile.
  private static let longestWait = Duration.seconds(30)

  private struct Place {
    let number: Int
    /// When it is to come back.
    let due: Instant
  }

  private var bucket: TokenBucket
  /// By ticket.
  private var places: [Int64: Place] = [:]
  /// Places that were given, and those that were taken up or given away.
  private var (given, ended) = (0, 0)
  private var tidyAt: Instant

  init(at now: Instant) {
    bucket = TokenBucket(at: now)
    tidyAt = now
  }

  var waiting: Int { places.count }

  /// - Parameters:
  ///   - ticket: Tells that who asks has asked before.
  ///   - pausedUntil: Nobody may call before.
  /// - Returns: Zero to call now; else how long to wait before asking again.
  mutating func ask(_ ticket: Int64, at now: Instant, _ pace: Pace, pausedUntil: Instant?) -> Duration {
    tidy(at: now)
    bucket.fill(at: now, pace, pausedUntil: pausedUntil)
    let place = places[ticket]
    // Who is new must leave a token to each who waits.
    if place != nil || bucket.tokens > Double(places.count), bucket.take() {
      if places.removeValue(forKey: ticket) != nil { ended += 1 }
      return .zero
    }
    if place == nil { given += 1 }
    let number = place?.number ?? given
    let missing = Double(max(1, number - ended)) - bucket.tokens
    let wait = now.duration(to: bucket.at) + min(pace.time(for: missing), Self.longestWait)
    places[ticket] = Place(number: number, due: now.advanced(by: wait))
    return wait
  }

  /// Those who never came back were sent by another worker, or not at all.
  private mutating func tidy(at now: Instant) {
    guard now >= tidyAt, !places.isEmpty else { return }
    tidyAt = now.advanced(by: Self.tidying)
    let count = places.count
    places = places.filter { $0.value.due.duration(to: now) < Self.patience }
    ended += count - places.count
  }
}
