internal import Synchronization

/// A consumer's bell, which remembers where something may have changed.
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

  private let bell = Bell()
  private let box = Box()

  var rings: AsyncStream<Void> { bell.rings }
  var isClosed: Bool { box.state.withLock { $0.isClosed } }

  func ring(_ look: Look) {
    box.state.withLock { $0.look = $0.look.joined(with: look) }
    bell.ring()
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
    bell.close()
  }
}
