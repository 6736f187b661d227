internal import Synchronization

/// A value that tests change and wait on, without asking again and again.
package final class Watched<Value: Sendable>: Sendable {
  private struct Waiter {
    let isDone: @Sendable (Value) -> Bool
    let continuation: CheckedContinuation<Bool, Never>
  }

  private struct State {
    var value: Value
    var waiters: [Int: Waiter] = [:]
    var count = 0
  }

  private let state: Mutex<State>

  package init(_ value: Value) {
    state = Mutex(State(value: value))
  }

  package var value: Value { state.withLock { $0.value } }

  @discardableResult
  package func change<Result: Sendable>(_ change: @Sendable (inout Value) -> Result) -> Result {
    let (result, due) = state.withLock { state in
      let result = change(&state.value)
      let due = state.waiters.filter { $0.value.isDone(state.value) }
      for key in due.keys { state.waiters[key] = nil }
      return (result, due.values.map(\.continuation))
    }
    for continuation in due { continuation.resume(returning: true) }
    return result
  }

  /// Returns once the value is as awaited. Throws `NeverCame` after a minute and a half, or when the test is cancelled:
  /// a test that waits for what does not come fails by name, and the run goes on.
  package func until(_ isDone: @escaping @Sendable (Value) -> Bool) async throws {
    let key = state.withLock { state in
      state.count += 1
      return state.count
    }
    let timer = Task {
      try await Task.sleep(for: .seconds(90))
      self.giveUp(key)
    }
    defer { timer.cancel() }
    let came = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let known: Bool? = state.withLock { state in
          if isDone(state.value) { return true }
          if Task.isCancelled { return false }
          state.waiters[key] = Waiter(isDone: isDone, continuation: continuation)
          return nil
        }
        if let known { continuation.resume(returning: known) }
      }
    } onCancel: {
      giveUp(key)
    }
    guard came else { throw NeverCame() }
  }

  private func giveUp(_ key: Int) {
    state.withLock { $0.waiters.removeValue(forKey: key) }?.continuation.resume(returning: false)
  }
}

/// What a test waited for did not come.
package struct NeverCame: Error, CustomStringConvertible {
  package var description: String { "what the test waited for did not come within 90 s" }
}

/// Asks every few milliseconds until it is so, for what nobody can announce. Throws `NeverCame` after a minute and a half.
package func eventually(_ isSo: () async throws -> Bool) async throws {
  let limit = ContinuousClock.now + .seconds(90)
  while try await !isSo() {
    guard .now < limit else { throw NeverCame() }
    try await Task.sleep(for: .milliseconds(5))
  }
}
