import Testing

@testable import JobQueue

@Suite("The book of work against a model of the table")
struct WorkBookModelTests {
  /// The seed stands in the name of each case, so that a failure can be run again.
  @Test(
    "whatever comes in between, jobs start once, in order, one of a conversation at a time, and none is forgotten",
    arguments: Array(1...40) + (0..<10).map { _ in UInt64.random(in: 100...UInt64.max) })
  func random(seed: UInt64) {
    var table = QueueModel(seed: seed)
    for _ in 0..<3000 { table.step() }
    table.settle()
    #expect(table.complaints.isEmpty, "seed \(seed)")
    #expect(table.rowsLeft == 0, "seed \(seed)")
    #expect(table.written > 100, "seed \(seed)")
  }
}
