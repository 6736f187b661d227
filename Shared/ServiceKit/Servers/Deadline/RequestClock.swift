import Synchronization

/// Tells who answers a request when its first byte came, so that reading and answering together can keep to one time.
package final class RequestClock: Sendable {
  /// The clock of the connection on which the request of this task came; nil outside of a server.
  @TaskLocal package static var current: RequestClock?

  private let start = Mutex(ContinuousClock.now)

  /// When the first byte of the request that is being answered came.
  package var began: ContinuousClock.Instant { start.withLock { $0 } }

  func set(_ began: ContinuousClock.Instant) {
    start.withLock { $0 = began }
  }
}
