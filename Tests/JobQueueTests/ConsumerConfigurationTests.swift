import Testing

@testable import JobQueue

@Suite("A consumer's pauses")
struct ConsumerConfigurationTests {
  private static let configuration = ConsumerConfiguration(
    queue: .send, firstPause: .seconds(1), longestPause: .seconds(10))

  @Test(
    "double with each failure up to the longest, half of each fixed and half of it random",
    arguments: [(0, 1), (1, 1), (2, 2), (3, 4), (4, 8), (5, 10), (12, 10), (.max, 10)] as [(Int, Int)])
  func bounds(attempt: Int, seconds: Int) {
    let full = Duration.seconds(seconds)
    let pauses = (0..<200).map { _ in Self.configuration.pause(afterAttempt: attempt) }
    #expect(pauses.allSatisfy { $0 >= full / 2 && $0 <= full })
    #expect(Set(pauses).count > 1)
  }
}
