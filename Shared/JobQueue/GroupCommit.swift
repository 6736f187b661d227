/// Runs one operation at a time over whatever arrived while the last one ran.
///
/// Under load a hundred callers share one transaction and its flush; alone, a caller pays no delay, since there is no
/// timer. Ingress' commits, the sender's attempts and nlu's reads of conversations go through one of these each.
///
/// If the operation throws, every caller of that batch gets the error.
package actor GroupCommit<Item: Sendable, Output: Sendable> {
  private struct Waiting {
    let item: Item
    let continuation: CheckedContinuation<Output, any Error>
  }

  private let limit: Int
  private let operation: @Sendable ([Item]) async throws -> [Output]
  private var waiting: [Waiting] = []
  private var isRunning = false

  /// - Parameters:
  ///   - limit: The most items that one operation is given.
  ///   - operation: Returns one output an item, in the items' order.
  package init(limit: Int, _ operation: @escaping @Sendable ([Item]) async throws -> [Output]) {
    self.limit = limit
    self.operation = operation
  }

  package func submit(_ item: Item) async throws -> Output {
    try await withCheckedThrowingContinuation { continuation in
      waiting.append(Waiting(item: item, continuation: continuation))
      guard !isRunning else { return }
      isRunning = true
      // Outlives this caller, because the batch belongs to all who are in it: a cancelled caller ends nobody else's.
      Task { await runUntilEmpty() }
    }
  }

  private func runUntilEmpty() async {
    while !waiting.isEmpty {
      let batch = Array(waiting.prefix(limit))
      waiting.removeFirst(batch.count)
      do {
        let outputs = try await operation(batch.map(\.item))
        precondition(outputs.count == batch.count, "a group commit owes each caller one output")
        for (waiting, output) in zip(batch, outputs) { waiting.continuation.resume(returning: output) }
      } catch {
        for waiting in batch { waiting.continuation.resume(throwing: error) }
      }
    }
    isRunning = false
  }
}
