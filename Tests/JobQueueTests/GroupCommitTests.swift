import Synchronization
import Testing

@testable import JobQueue

/// An operation that the test lets through batch by batch.
private actor Gate {
  private var batches: [[Int]] = []
  private var arrivals: [(count: Int, CheckedContinuation<Void, Never>)] = []
  private var held: CheckedContinuation<Void, any Error>?
  private(set) var running = 0
  private(set) var mostAtOnce = 0

  var seen: [[Int]] { batches }

  func pass(_ batch: [Int]) async throws -> [Int] {
    batches.append(batch)
    running += 1
    mostAtOnce = max(mostAtOnce, running)
    defer { running -= 1 }
    try await withCheckedThrowingContinuation { continuation in
      held = continuation
      for (count, arrival) in arrivals where count <= batches.count { arrival.resume() }
      arrivals.removeAll { $0.count <= batches.count }
    }
    return batch.map { $0 * 10 }
  }

  /// Returns once so many batches have begun.
  func began(_ count: Int) async {
    guard batches.count < count else { return }
    await withCheckedContinuation { arrivals.append((count, $0)) }
  }

  func open(_ error: (any Error)? = nil) {
    let continuation = held
    held = nil
    if let error { continuation?.resume(throwing: error) } else { continuation?.resume() }
  }
}

@Suite("A group commit", .timeLimit(.minutes(1)))
struct GroupCommitTests {
  private struct Refused: Error {}

  /// Submits each number once the one before it is waiting, so that their order is known.
  private func submit(
    _ numbers: [Int], to commits: GroupCommit<Int, Int>, in group: inout TaskGroup<(Int, Result<Int, any Error>)>
  ) async {
    for number in numbers {
      let isWaiting = AsyncStream.makeStream(of: Void.self)
      group.addTask {
        let task = Task.immediate {
          do { return Result<Int, any Error>.success(try await commits.submit(number)) } catch {
            return .failure(error)
          }
        }
        isWaiting.continuation.finish()
        return (number, await task.value)
      }
      for await _ in isWaiting.stream {}
      // An actor takes its messages in the order they were sent: one that comes back was behind the submission.
      await commits.settle()
    }
  }

  @Test("whatever arrives while one runs shares the next, in order, up to the limit, one at a time")
  func shares() async {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 3) { try await gate.pass($0) }
    let results = await withTaskGroup { group in
      await submit([1], to: commits, in: &group)
      await gate.began(1)
      await submit([2, 3, 4, 5], to: commits, in: &group)
      for batch in 1...3 {
        await gate.began(batch)
        await gate.open()
      }
      return await group.reduce(into: [:]) { $0[$1.0] = try? $1.1.get() }
    }
    #expect(await gate.seen == [[1], [2, 3, 4], [5]])
    #expect(await gate.mostAtOnce == 1)
    #expect(results == [1: 10, 2: 20, 3: 30, 4: 40, 5: 50])
  }

  @Test("an error reaches everyone of its batch and nobody else, and the next batch goes on")
  func errors() async {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 2) { try await gate.pass($0) }
    let failed = await withTaskGroup { group in
      await submit([1], to: commits, in: &group)
      await gate.began(1)
      await submit([2, 3, 4], to: commits, in: &group)
      await gate.open()
      await gate.began(2)
      await gate.open(Refused())
      await gate.began(3)
      await gate.open()
      return await group.reduce(into: Set<Int>()) { failed, result in
        if case .failure(let error) = result.1, error is Refused { failed.insert(result.0) }
      }
    }
    #expect(await gate.seen == [[1], [2, 3], [4]])
    #expect(failed == [2, 3])
  }

  @Test("a caller alone pays no delay, and may come again")
  func alone() async throws {
    let batches = Mutex<[[Int]]>([])
    let commits = GroupCommit<Int, Int>(limit: 8) { batch in
      batches.withLock { $0.append(batch) }
      return batch
    }
    #expect(try await commits.submit(1) == 1)
    #expect(try await commits.submit(2) == 2)
    #expect(batches.withLock { $0 } == [[1], [2]])
  }

  // MARK: Bounds

  @Test("a line as long as allowed takes nobody more, and goes on with those it has")
  func full() async throws {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 10, bounds: .init(length: 2)) { try await gate.pass($0) }
    let results = await withTaskGroup { group in
      await submit([1], to: commits, in: &group)
      await gate.began(1)
      await submit([2, 3], to: commits, in: &group)
      await #expect(throws: GroupCommitError(.full)) { try await commits.submit(4) }
      await gate.open()
      await gate.began(2)
      await submit([5], to: commits, in: &group)
      await gate.open()
      await gate.began(3)
      await gate.open()
      return await group.reduce(into: [:]) { $0[$1.0] = try? $1.1.get() }
    }
    #expect(await gate.seen == [[1], [2, 3], [5]])
    #expect(results == [1: 10, 2: 20, 3: 30, 5: 50])
  }

  @Test("whose time is over waits no more, in line or in the operation, and the others get theirs")
  func late() async throws {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 10) { try await gate.pass($0) }
    // Long enough for a busy machine to begin the first in time.
    let soon = ContinuousClock.now + .seconds(2)
    let running = Task { try await commits.submit(1, before: soon) }
    await gate.began(1)
    let inLine = Task { try await commits.submit(2, before: soon) }
    async let patient = commits.submit(3, before: soon + .seconds(60))
    await #expect(throws: GroupCommitError(.late)) { try await inLine.value }
    await #expect(throws: GroupCommitError(.late)) { try await running.value }
    #expect(ContinuousClock.now >= soon)
    await #expect(throws: GroupCommitError(.late)) { try await commits.submit(4, before: .now) }
    await commits.settle()
    await gate.open()
    await gate.began(2)
    await gate.open()
    #expect(try await patient == 30)
    #expect(await gate.seen == [[1], [3]])
  }

  @Test("an earlier deadline is kept although a later one came first")
  func earlier() async throws {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 10) { try await gate.pass($0) }
    async let first = commits.submit(1, before: .now + .seconds(60))
    await gate.began(1)
    await #expect(throws: GroupCommitError(.late)) { try await commits.submit(2, before: .now + .milliseconds(20)) }
    await gate.open()
    #expect(try await first == 10)
  }

  @Test("while an operation hangs newcomers are refused at once, and welcome after it")
  func stalled() async throws {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 10, bounds: .init(patience: .zero)) { try await gate.pass($0) }
    async let first = commits.submit(1)
    await gate.began(1)
    await #expect(throws: GroupCommitError(.stalled)) { try await commits.submit(2) }
    await gate.open()
    #expect(try await first == 10)
    async let next = commits.submit(3)
    await gate.began(2)
    await gate.open()
    #expect(try await next == 30)
  }

  @Test("an operation is given as much as it may carry, and what is too heavy goes alone")
  func weight() async {
    let gate = Gate()
    let commits = GroupCommit<Int, Int>(limit: 10, weight: { $0 }) { try await gate.pass($0) }
    await withTaskGroup { group in
      await submit([1], to: commits, in: &group)
      await gate.began(1)
      await submit([4, 6, 1, 12, 3, 7, 1], to: commits, in: &group)
      for batch in 1...6 {
        await gate.began(batch)
        await gate.open()
      }
      for await _ in group {}
    }
    #expect(await gate.seen == [[1], [4, 6], [1], [12], [3, 7], [1]])
  }
}

extension GroupCommit {
  fileprivate func settle() {}
}
