import JSON
import Synchronization

/// The faults that are still to happen, oldest first. A latency comes on top of another kind; of two other kinds on
/// one place the older happens first.
final class Faults: Sendable {
  /// What goes wrong with one call.
  struct Due: Sendable {
    var delay: Duration = .zero
    var kind: Fault.Kind?
  }

  private let pending = Mutex<[Fault]>([])
  /// Read before the lock is taken: nearly always there is no fault at all.
  private let hasAny = Atomic(false)

  func add(_ fault: Fault) {
    pending.withLock { $0.append(fault) }
    hasAny.store(true, ordering: .releasing)
  }

  func clear() {
    pending.withLock { $0.removeAll() }
    hasAny.store(false, ordering: .releasing)
  }

  var json: JSON { ["faults": .array(pending.withLock { $0.map(\.json) })] }

  /// Takes what is due for a call at `place`; `chance` gives a number in 0..<1 for each fault with a probability.
  func take(_ place: Fault.Place, page: String? = nil, chance: () -> Double = { Double.random(in: 0..<1) }) -> Due {
    guard hasAny.load(ordering: .acquiring) else { return Due() }
    return pending.withLock { pending in
      var due = Due()
      for index in pending.indices where pending[index].place == place && pending[index].left != 0 {
        let fault = pending[index]
        guard fault.page == nil || fault.page == page else { continue }
        if case .latency = fault.kind {} else if due.kind != nil { continue }
        guard fault.probability >= 1 || chance() < fault.probability else { continue }
        if case .latency(let delay) = fault.kind { due.delay += delay } else { due.kind = fault.kind }
        if fault.left > 0 { pending[index].left -= 1 }
      }
      pending.removeAll { $0.left == 0 }
      return due
    }
  }
}
