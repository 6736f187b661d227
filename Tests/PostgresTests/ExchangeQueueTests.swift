import Testing

@testable import Postgres

@Suite("The exchanges in flight")
struct ExchangeQueueTests {
  private typealias Queue = ExchangeQueue<String, Int>

  private let now = ContinuousClock.now

  private func queue(_ exchanges: [[String]]) -> Queue {
    var queue = Queue()
    for (waiter, operations) in exchanges.enumerated() { queue.sent(operations, at: now, waiter: waiter) }
    return queue
  }

  private func failure(_ action: Queue.Action) -> [String] {
    guard case .fail(let waiter, let error) = action else { return [] }
    return ["\(waiter)", error.operation]
  }

  private func success(_ action: Queue.Action) -> [String] {
    guard case .succeed(let waiter, let results) = action else { return [] }
    return ["\(waiter)"] + results
  }

  private func error(_ operation: String) -> PostgresError { PostgresError(code: .server, operation: operation) }

  @Test("gives each waiter the results of its own statements, in order")
  func results() {
    var queue = queue([["a", "b"], ["c"]])
    queue.received("a1")
    queue.statementEnded()
    queue.received("b1")
    queue.statementEnded()
    #expect(success(queue.synced()) == ["0", "a1", "b1"])
    queue.received("c1")
    queue.statementEnded()
    #expect(success(queue.synced()) == ["1", "c1"])
    #expect(queue.isEmpty)
  }

  @Test("an error in one exchange fails that one alone, with the first error")
  func spares() {
    var queue = queue([["a"], ["b", "c"], ["d"]])
    queue.received("a1")
    #expect(success(queue.synced()) == ["0", "a1"])
    queue.received("b1")
    queue.received(error("first"))
    queue.received(error("skipped"))
    #expect(failure(queue.synced()) == ["1", "first"])
    queue.received("d1")
    #expect(success(queue.synced()) == ["2", "d1"])
  }

  @Test("names the statement that the next result belongs to")
  func operation() {
    var queue = queue([["a", "b"], ["c"]])
    #expect(queue.operation == "a")
    queue.statementEnded()
    #expect(queue.operation == "b")
    queue.statementEnded()
    #expect(queue.operation == "b")
    _ = queue.synced()
    #expect(queue.operation == "c")
    _ = queue.synced()
    #expect(queue.operation == "idle")
  }

  @Test("fails everyone who waits, in order, with the error that was known before for the first")
  func failAll() {
    var queue = queue([["a"], ["b"], ["c"]])
    _ = queue.synced()
    queue.received(error("known"))
    let failed = queue.failAll(PostgresError(code: .connectionLost, operation: "lost"))
    #expect(failed.map(\.0) == [1, 2])
    #expect(failed.map(\.1.operation) == ["known", "lost"])
    #expect(queue.isEmpty)
    #expect(queue.failAll(error("again")).isEmpty)
  }

  @Test("tells when the oldest exchange was sent")
  func oldest() {
    var queue = Queue()
    #expect(queue.oldest == nil)
    queue.sent(["a"], at: now, waiter: 0)
    queue.sent(["b"], at: now + .seconds(1), waiter: 1)
    #expect(queue.oldest == now)
    _ = queue.synced()
    #expect(queue.oldest == now + .seconds(1))
    _ = queue.synced()
    #expect(queue.oldest == nil)
  }

  @Test("ignores what belongs to nobody")
  func nobody() {
    var queue = Queue()
    queue.received("stray")
    queue.received(error("stray"))
    queue.statementEnded()
    guard case .none = queue.synced() else {
      Issue.record("somebody was told")
      return
    }
    queue.sent(["a"], at: now, waiter: 7)
    #expect(success(queue.synced()) == ["7"])
  }

  @Test("stays in order over many more exchanges than it keeps finished ones in memory")
  func many() {
    var queue = queue((0..<300).map { ["\($0)"] })
    for waiter in 0..<300 {
      if waiter % 3 == 0 { queue.sent(["late"], at: now, waiter: 300 + waiter / 3) }
      queue.received("r\(waiter)")
      #expect(success(queue.synced()) == ["\(waiter)", "r\(waiter)"])
    }
    #expect(queue.failAll(error("end")).map(\.0) == Array(300..<400))
  }
}
