import Testing

@testable import JobQueue

@Suite("The queue against a model of the database")
struct QueueModelTests {
  /// The seed stands in the name of each case, so that a failure can be run again.
  @Test(
    "whatever happens in whatever order, each message has its effect once, in order, and nobody sleeps through work",
    arguments: Array(1...80) + (0..<20).map { _ in UInt64.random(in: 1000...UInt64.max) })
  func sound(seed: UInt64) {
    let world = ModelWorld(seed: seed)
    world.run()
    guard !world.complaints.isEmpty else { return }
    let again = ModelWorld(seed: seed, traces: true)
    again.run()
    let trace = again.trace?.suffix(300).joined(separator: "\n") ?? ""
    Issue.record("seed \(seed): \(world.complaints)\n\(trace)")
  }

  @Test("a queue that breaks one of its rules is caught", arguments: Defect.allCases)
  func broken(defect: Defect) {
    let seeds = defect.firstSeed..<defect.firstSeed + 600
    let caught = seeds.first { seed in
      let world = ModelWorld(seed: seed, defect: defect)
      world.run()
      return !world.complaints.isEmpty
    }
    print("model: \(defect): caught by seed \(caught ?? 0)")
    #expect(caught != nil, "\(defect) goes unnoticed from seed \(seeds.lowerBound) on")
  }
}
