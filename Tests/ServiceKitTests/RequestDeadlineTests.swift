import Testing

@testable import ServiceKit

/// The decisions alone, with times made up.
@Suite("The deadline of a request")
struct RequestDeadlineTests {
  private let start = ContinuousClock.now
  private var deadline: RequestDeadline

  init() {
    deadline = RequestDeadline(limit: .seconds(4), now: start)
  }

  private func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

  @Test("counts from the first byte, and no later byte moves it")
  mutating func bytes() {
    #expect(deadline.bytesCame(at: at(10)) == .wait(until: at(14)))
    #expect(deadline.bytesCame(at: at(11)) == .none)
    #expect(deadline.bytesCame(at: at(13.9)) == .none)
    #expect(deadline.began == at(10))
    #expect(deadline.fired(at: at(14)) == .refuse)
  }

  @Test("ends with the request's last byte: the answer's time is not the caller's, nor is the pause after it")
  mutating func whole() {
    _ = deadline.bytesCame(at: at(0))
    deadline.requestEnded()
    #expect(deadline.fired(at: at(4)) == .none)
    #expect(deadline.answerEnded(at: at(9)) == .none)
    #expect(deadline.fired(at: at(60)) == .none)
  }

  @Test("one wait serves many requests: it rings, looks again, and never later than it has to")
  mutating func oneTimer() {
    #expect(deadline.bytesCame(at: at(0)) == .wait(until: at(4)))
    deadline.requestEnded()
    _ = deadline.answerEnded(at: at(0.1))
    #expect(deadline.bytesCame(at: at(1)) == .none)
    #expect(deadline.fired(at: at(4)) == .wait(until: at(5)))
    #expect(deadline.fired(at: at(5)) == .refuse)
  }

  @Test("a request that was answered before it was whole is cut off without a second answer")
  mutating func early() {
    _ = deadline.bytesCame(at: at(0))
    deadline.answerBegan()
    #expect(deadline.answerEnded(at: at(1)) == .none)
    #expect(deadline.fired(at: at(4)) == .close)
  }

  @Test("one that was answered early and then came in whole owes nothing, and the next begins anew")
  mutating func earlyThenWhole() {
    _ = deadline.bytesCame(at: at(0))
    deadline.answerBegan()
    _ = deadline.answerEnded(at: at(1))
    deadline.requestEnded()
    #expect(deadline.fired(at: at(4)) == .none)
    #expect(deadline.bytesCame(at: at(6)) == .wait(until: at(10)))
    #expect(deadline.fired(at: at(10)) == .refuse)
  }

  @Test("a request that came while we still answered the last begins when it is its turn")
  mutating func pipelined() {
    _ = deadline.bytesCame(at: at(0))
    deadline.requestEnded()
    #expect(deadline.bytesCame(at: at(1)) == .none)
    #expect(deadline.fired(at: at(4)) == .none)
    #expect(deadline.answerEnded(at: at(7)) == .wait(until: at(11)))
    #expect(deadline.began == at(7))
    #expect(deadline.fired(at: at(11)) == .refuse)
  }

  @Test("whole requests in line have their time from the answer before them")
  mutating func pipelinedWhole() {
    _ = deadline.bytesCame(at: at(0))
    deadline.requestEnded()
    _ = deadline.bytesCame(at: at(0))
    deadline.requestEnded()
    #expect(deadline.answerEnded(at: at(3)) == .none)
    #expect(deadline.began == at(3))
    #expect(deadline.answerEnded(at: at(5)) == .none)
    #expect(deadline.fired(at: at(20)) == .none)
  }
}
