internal import SocketLoop

/// libcurl's one timer, armed lazily: a later deadline leaves the loop's timer where it is, so that thousands of calls
/// a second do not mean thousands of timers a second.
struct TransferTimer {
  typealias Instant = ContinuousClock.Instant

  /// The loop's timer and when it goes off.
  var armed: (timer: LoopTimer, at: Instant)?
  private var wanted: Instant?

  var now: Instant { ContinuousClock.now }

  /// libcurl wants to be called in so many milliseconds; 0 is at once, below 0 is not at all.
  mutating func want(after milliseconds: Int) {
    wanted = milliseconds < 0 ? nil : now.advanced(by: .milliseconds(milliseconds))
  }

  var isDueNow: Bool { wanted.map { $0 <= now } ?? false }

  mutating func taken() { wanted = nil }

  mutating func fired() { armed = nil }

  /// How long from now to arm for; nil: what is armed is early enough, or nothing is wanted.
  func delayToArm() -> Duration? {
    guard let wanted else { return nil }
    if let armed, armed.at <= wanted { return nil }
    return max(.zero, now.duration(to: wanted))
  }
}
