internal import Synchronization

/// Tells a consumer's loop that something may have changed. Any number of rings before it answers count as one.
struct Doorbell: Sendable {
  /// Where new work may be.
  enum Look: Sendable, Equatable {
    /// Nowhere; but something finished, so that something else may start.
    case nowhere
    case lanes(Set<Int>)
    case everywhere

    func joined(with other: Look) -> Look {
      switch (self, other) {
      case (.everywhere, _), (_, .everywhere): .everywhere
      case (.nowhere, let look), (let look, .nowhere): look
      case (.lanes(let some), .lanes(let more)): .lanes(some.union(more))
      }
    }
  }

  private struct State {
    var look = Look.nowhere
    var isClosed = false
  }

  private final class Box: Sendable {
    let state = Mutex(State())
  }

  let rings: AsyncStream<Void>
  private let continuation: AsyncStream<Void>.Continuation
  private let box = Box()

  init() {
    (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var isClosed: Bool { box.state.withLock { $0.isClosed } }

  func ring(_ look: Look) {
    box.state.withLock { $0.look = $0.look.joined(with: look) }
    continuation.yield()
  }

  /// Where to look, for all rings since the last answer.
  func answer() -> Look {
    box.state.withLock { state in
      defer { state.look = .nowhere }
      return state.look
    }
  }

  func close() {
    box.state.withLock { $0.isClosed = true }
    continuation.finish()
  }
}
