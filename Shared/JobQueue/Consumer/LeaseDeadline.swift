internal import Synchronization

/// Until when a process may rely on its lease of one lane: taken before each renewal is sent, on a clock of its own.
///
/// After it a process may have been replaced without knowing (it slept, it was stopped, the network was away), so it
/// starts no work and lets no call leave. A lane that was lost has a deadline that is over for good, also for a job
/// that was begun before.
package final class LeaseDeadline: Sendable {
  private struct State {
    var instant: ContinuousClock.Instant
    var isOver = false
  }

  private let state: Mutex<State>

  init(_ instant: ContinuousClock.Instant = .now) {
    state = Mutex(State(instant: instant))
  }

  package var isAhead: Bool { state.withLock { !$0.isOver && $0.instant > .now } }

  func extend(to newInstant: ContinuousClock.Instant) {
    state.withLock { $0.instant = max($0.instant, newInstant) }
  }

  func end() {
    state.withLock { $0.isOver = true }
  }
}
