internal import Synchronization

/// Tells the loop that something may have changed: any number of rings before it looks count as one.
struct Doorbell: Sendable {
  let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let closed = Closed()

  private final class Closed: Sendable {
    let flag = Atomic(false)
  }

  init() {
    (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var isClosed: Bool { closed.flag.load(ordering: .acquiring) }

  func ring() { continuation.yield() }

  func close() {
    closed.flag.store(true, ordering: .releasing)
    continuation.finish()
  }
}
