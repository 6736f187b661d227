/// Names a timer of a ``SocketLoop`` so that it can be cancelled.
package struct LoopTimer: Hashable, Sendable {
  let id: UInt64
}

/// The timers of one loop, earliest first: a binary heap; cancelled entries are dropped when they surface.
struct TimerQueue {
  private struct Entry {
    let deadline: ContinuousClock.Instant
    let id: UInt64
  }

  private var heap: [Entry] = []
  private var actions: [UInt64: () -> Void] = [:]
  private var nextID: UInt64 = 0

  mutating func add(at deadline: ContinuousClock.Instant, _ action: @escaping () -> Void) -> LoopTimer {
    nextID += 1
    actions[nextID] = action
    heap.append(Entry(deadline: deadline, id: nextID))
    siftUp(heap.count - 1)
    return LoopTimer(id: nextID)
  }

  mutating func cancel(_ timer: LoopTimer) {
    actions[timer.id] = nil
    // Many short-lived deadlines are cancelled long before they are due: do not let them pile up.
    if heap.count > 64, heap.count > 4 * actions.count { compact() }
  }

  /// The earliest deadline that still counts.
  mutating func earliest() -> ContinuousClock.Instant? {
    while let first = heap.first, actions[first.id] == nil { removeFirst() }
    return heap.first?.deadline
  }

  /// Takes the next action that is due at `now`.
  mutating func popDue(at now: ContinuousClock.Instant) -> (() -> Void)? {
    while let first = heap.first, first.deadline <= now {
      removeFirst()
      if let action = actions.removeValue(forKey: first.id) { return action }
    }
    return nil
  }

  private mutating func compact() {
    heap.removeAll { actions[$0.id] == nil }
    heap.sort { $0.deadline < $1.deadline }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    siftDown(0)
  }

  private mutating func siftUp(_ start: Int) {
    var index = start
    while index > 0 {
      let parent = (index - 1) / 2
      guard heap[index].deadline < heap[parent].deadline else { return }
      heap.swapAt(index, parent)
      index = parent
    }
  }

  private mutating func siftDown(_ start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2] where child < heap.count {
        if heap[child].deadline < heap[least].deadline { least = child }
      }
      guard least != index else { return }
      heap.swapAt(index, least)
      index = least
    }
  }
}
