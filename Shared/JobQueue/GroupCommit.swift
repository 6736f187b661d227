/// Runs one operation at a time over whatever arrived while the last one ran.
///
/// Under load a hundred callers share one transaction and its flush; alone, a caller pays no delay, since no timer
/// stands before an operation. Ingress' commits, the sender's attempts and nlu's reads of conversations go through one
/// of these each.
///
/// If the operation throws, every caller of that batch gets the error. Where a line may not grow without end, it has a
/// length, a patience and deadlines: whoever cannot be served is told at once, or when its time is over.
package actor GroupCommit<Item: Sendable, Output: Sendable> {
  /// What bounds the line. The standard bounds nothing.
  package struct Bounds: Sendable {
    package var length: Int
    /// How long one operation may run before newcomers are refused; nil: for ever.
    package var patience: Duration?

    package init(length: Int = .max, patience: Duration? = nil) {
      self.length = length
      self.patience = patience
    }
  }

  private struct Waiting {
    let item: Item
    let deadline: ContinuousClock.Instant?
    let continuation: CheckedContinuation<Output, any Error>

    func isOverdue(at now: ContinuousClock.Instant) -> Bool {
      deadline.map { $0 <= now } ?? false
    }
  }

  private let limit: Int
  private let bounds: Bounds
  private let weight: @Sendable (Item) -> Int
  private let operation: @Sendable ([Item]) async throws -> [Output]
  private var line: [Waiting] = []
  private var isRunning = false
  /// Who waits for the operation that runs; nil for those whose time was over.
  private var batch: [Waiting?] = []
  private var batchBegan: ContinuousClock.Instant?
  private var sleeper: (task: Task<Void, Never>, until: ContinuousClock.Instant)?

  /// - Parameters:
  ///   - limit: The most weight that one operation is given; an item that is heavier goes alone.
  ///   - weight: Of one item; default 1.
  ///   - operation: Returns one output an item, in the items' order.
  package init(
    limit: Int, bounds: Bounds = Bounds(), weight: @escaping @Sendable (Item) -> Int = { _ in 1 },
    _ operation: @escaping @Sendable ([Item]) async throws -> [Output]
  ) {
    self.limit = limit
    self.bounds = bounds
    self.weight = weight
    self.operation = operation
  }

  /// - Parameter deadline: When the caller stops to wait; nil: never.
  /// - Throws: What the operation threw, or `GroupCommitError`.
  package func submit(_ item: Item, before deadline: ContinuousClock.Instant? = nil) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
      let waiting = Waiting(item: item, deadline: deadline, continuation: continuation)
      if let refusal = refusal(of: waiting) { return continuation.resume(throwing: refusal) }
      line.append(waiting)
      if let deadline { watch(until: deadline) }
      guard !isRunning else { return }
      isRunning = true
      // Outlives this caller, because the batch belongs to all who are in it: a cancelled caller ends nobody else's.
      Task { await runUntilEmpty() }
    }
  }

  private func refusal(of waiting: Waiting) -> GroupCommitError? {
    guard line.count < bounds.length else { return GroupCommitError(.full) }
    guard waiting.deadline != nil || bounds.patience != nil else { return nil }
    let now = ContinuousClock.now
    if waiting.isOverdue(at: now) { return GroupCommitError(.late) }
    guard let patience = bounds.patience, let batchBegan, batchBegan + patience <= now else { return nil }
    return GroupCommitError(.stalled)
  }

  private func runUntilEmpty() async {
    while !line.isEmpty {
      let next = nextBatch()
      guard !next.isEmpty else { continue }
      batch = next
      batchBegan = .now
      do {
        let outputs = try await operation(next.map(\.item))
        precondition(outputs.count == next.count, "a group commit owes each caller one output")
        for (waiting, output) in zip(batch, outputs) { waiting?.continuation.resume(returning: output) }
      } catch {
        for waiting in batch { waiting?.continuation.resume(throwing: error) }
      }
      batch = []
      batchBegan = nil
    }
    isRunning = false
  }

  /// As many as one operation takes, without those whose time is over.
  private func nextBatch() -> [Waiting] {
    endOverdue(at: .now)
    var total = 0
    let count =
      line.firstIndex { waiting in
        let before = total
        total += weight(waiting.item)
        return before > 0 && total > limit
      } ?? line.count
    defer { line.removeFirst(count) }
    return Array(line.prefix(count))
  }

  // MARK: Deadlines

  /// One sleep for all who wait, until the first of their deadlines; most are over long before it ends.
  private func watch(until deadline: ContinuousClock.Instant) {
    if let sleeper, sleeper.until <= deadline { return }
    sleeper?.task.cancel()
    // Belongs to all who wait, not to the caller that happens to begin it.
    let task = Task {
      guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
      self.wake()
    }
    sleeper = (task, deadline)
  }

  private func wake() {
    sleeper = nil
    endOverdue(at: .now)
    let deadlines = line.compactMap(\.deadline) + batch.compactMap { $0?.deadline }
    if let next = deadlines.min() { watch(until: next) }
  }

  private func endOverdue(at now: ContinuousClock.Instant) {
    for (place, waiting) in batch.enumerated() {
      guard let waiting, waiting.isOverdue(at: now) else { continue }
      batch[place] = nil
      waiting.continuation.resume(throwing: GroupCommitError(.late))
    }
    guard line.contains(where: { $0.isOverdue(at: now) }) else { return }
    for waiting in line where waiting.isOverdue(at: now) {
      waiting.continuation.resume(throwing: GroupCommitError(.late))
    }
    line.removeAll { $0.isOverdue(at: now) }
  }
}
