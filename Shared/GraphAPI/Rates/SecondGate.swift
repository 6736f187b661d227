/// Lets at most so many calls leave in any one second, however many who waited come back at once.
struct SecondGate: Sendable {
  typealias Instant = ContinuousClock.Instant

  private static let second = Duration.seconds(1)

  /// When the calls of the last second left, oldest first, from `first` on.
  private var departures: [Instant] = []
  private var first = 0

  /// - Returns: Nil when the call may leave; else when there will be room.
  mutating func pass(at now: Instant, limit: Int) -> Instant? {
    while first < departures.count, departures[first].duration(to: now) >= Self.second { first += 1 }
    if first > departures.count / 2 {
      departures.removeFirst(first)
      first = 0
    }
    let inSecond = departures.count - first
    guard inSecond < limit else { return departures[departures.count - limit].advanced(by: Self.second) }
    departures.append(now)
    return nil
  }
}
