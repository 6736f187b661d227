internal import Synchronization

/// Until when a process may rely on its leases: taken before each renewal is sent, on a clock of its own.
///
/// After it a process may have been replaced without knowing (it slept, it was stopped, the network was away), so it
/// starts no work and lets no call leave.
package final class LeaseDeadline: Sendable {
  private let instant = Mutex(ContinuousClock.now)

  package var isAhead: Bool { instant.withLock { $0 > .now } }

  func extend(to newInstant: ContinuousClock.Instant) {
    instant.withLock { $0 = max($0, newInstant) }
  }
}
