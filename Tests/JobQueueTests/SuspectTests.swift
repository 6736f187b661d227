import Testing

@testable import JobQueue

@Suite("What a lane's silent owners may have been ended by")
struct SuspectTests {
  private let taken = ContinuousClock.now

  private func lane(isSuspect: Bool = true) -> QueueConsumer.HeldLane {
    QueueConsumer.HeldLane(epoch: 1, deadline: LeaseDeadline(taken), suspectSince: isSuspect ? taken : nil)
  }

  @Test("a head that stood there when the lane was taken is one, once, however long its row is on its way")
  func heads() {
    var lane = lane()
    let asked = taken + .milliseconds(40)
    let first = lane.isSuspect(conversation: 1, waited: .milliseconds(40), asked: asked)
    let second = lane.isSuspect(conversation: 1, waited: .milliseconds(40), asked: asked)
    let rounded = lane.isSuspect(conversation: 2, waited: .milliseconds(39), asked: asked)
    #expect(first && !second && rounded)
  }

  @Test("what came later, or stands in a lane that lost no owners, is none")
  func others() {
    var (suspect, sound) = (lane(), lane(isSuspect: false))
    let late = suspect.isSuspect(conversation: 1, waited: .milliseconds(20), asked: taken + .milliseconds(40))
    let old = sound.isSuspect(conversation: 1, waited: .seconds(60), asked: taken + .milliseconds(40))
    #expect(!late && !old)
  }
}
