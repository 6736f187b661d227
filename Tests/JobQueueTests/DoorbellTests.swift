import Testing

@testable import JobQueue

@Suite("The doorbell")
struct DoorbellTests {
  typealias Look = Doorbell.Look

  @Test(
    "joins where to look",
    arguments: [
      (Look.nowhere, Look.nowhere, Look.nowhere),
      (.nowhere, .lanes([3]), .lanes([3])),
      (.nowhere, .everywhere, .everywhere),
      (.lanes([1, 3]), .lanes([3, 9]), .lanes([1, 3, 9])),
      (.lanes([1]), .everywhere, .everywhere),
      (.everywhere, .everywhere, .everywhere),
    ])
  func joins(some: Look, other: Look, both: Look) {
    #expect(some.joined(with: other) == both)
    #expect(other.joined(with: some) == both)
  }

  @Test("any number of rings before an answer wake once, and the answer names them all")
  func coalesces() async {
    let bell = Doorbell()
    bell.ring(.lanes([1]))
    bell.ring(.nowhere)
    bell.ring(.lanes([2]))
    #expect(bell.answer() == .lanes([1, 2]))
    #expect(bell.answer() == .nowhere)
    bell.close()
    #expect(bell.isClosed)
    var wakes = 0
    for await _ in bell.rings { wakes += 1 }
    #expect(wakes == 1)
  }
}
