import Synchronization

/// Lets messages out at a fixed pace: a look at the clock every two milliseconds for all of them together, which costs
/// far less than a timer for each.
final class LoadPace: Sendable {
  private static let tick = Duration.milliseconds(2)

  private struct State {
    /// Messages whose time has come: all below this number.
    var released = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let rate: Double
  private let state = Mutex(State())

  /// - Parameter rate: messages a second.
  init(rate: Double) { self.rate = rate }

  /// Returns when the message of that number, from 0, is due.
  func due(_ number: Int) async {
    await withCheckedContinuation { continuation in
      let isDue = state.withLock { state in
        if number < state.released { return true }
        state.waiting[number] = continuation
        return false
      }
      if isDue { continuation.resume() }
    }
  }

  /// Until cancelled; then everybody is let go.
  func run(from started: ContinuousClock.Instant) async {
    repeat {
      release(Int(started.duration(to: .now) / .seconds(1) * rate) + 1)
    } while (try? await Task.sleep(for: Self.tick)) != nil
    release(.max)
  }

  private func release(_ count: Int) {
    let due = state.withLock { state in
      let first = state.released
      state.released = max(first, count)
      guard count != .max else {
        defer { state.waiting = [:] }
        return Array(state.waiting.values)
      }
      guard first < count else { return [] }
      return (first..<count).compactMap { state.waiting.removeValue(forKey: $0) }
    }
    for continuation in due { continuation.resume() }
  }
}
