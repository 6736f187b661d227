import Glibc
import JobQueue
import Synchronization

/// Ends this process at a named step of its consumer, by SIGKILL, so that nothing can be tidied up.
final class ChaosDeath: Sendable {
  let steps: Set<ConsumerStep>
  let earliest: ContinuousClock.Instant
  /// While one of these files is there, it lives on.
  let calm: [String]
  let line: OutsideLine
  private let isDying = Atomic(false)

  init(at steps: Set<ConsumerStep>, after delay: Duration, unless calm: [String], line: OutsideLine) {
    self.steps = steps
    earliest = .now + delay
    self.calm = calm
    self.line = line
  }

  func reached(_ step: ConsumerStep) {
    guard steps.contains(step), calm.allSatisfy({ access($0, F_OK) != 0 }) else { return }
    // Who leaves was told to, and there is no second time.
    guard step == .leaving || (.now >= earliest && Bool.random()) else { return }
    guard isDying.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else { return }
    line.say("step \(step.rawValue)")
    kill(getpid(), SIGKILL)
  }
}
