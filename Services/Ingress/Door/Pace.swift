import Synchronization

/// Lets something be said once in a while, however often it happens.
final class Pace: Sendable {
  private let interval: Duration
  private let last = Mutex<ContinuousClock.Instant?>(nil)

  init(_ interval: Duration) {
    self.interval = interval
  }

  func isDue() -> Bool {
    last.withLock { last in
      let now = ContinuousClock.now
      if let last, last + interval > now { return false }
      last = now
      return true
    }
  }
}
