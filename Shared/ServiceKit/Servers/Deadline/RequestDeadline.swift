/// Decides for one connection when a request has taken too long to come in. No I/O, no clock of its own.
///
/// A request begins with its first byte, or once the answer before it is out if it came sooner (a caller may send the
/// next while we still answer the last, and is not to blame for that wait). It ends with its last byte; the time that
/// the answer takes is not the caller's.
struct RequestDeadline {
  enum Action: Equatable {
    case none
    /// Look again then: see `fired`.
    case wait(until: ContinuousClock.Instant)
    /// Too late: answer 408, then close.
    case refuse
    /// Too late, and answered already: close.
    case close
  }

  /// When the request that is answered now, or comes in, began.
  private(set) var began: ContinuousClock.Instant
  private let limit: Duration
  private var isComing = false
  private var answer = Answer.none
  /// Requests that came in whole and whose answers are not out.
  private var owed = 0
  /// Bytes of a next request came while an answer was owed.
  private var isNextHere = false
  private var isWaiting = false

  private enum Answer { case none, begun, out }

  init(limit: Duration, now: ContinuousClock.Instant) {
    self.limit = limit
    began = now
  }

  mutating func bytesCame(at now: ContinuousClock.Instant) -> Action {
    guard !isComing else { return .none }
    guard owed == 0 else {
      isNextHere = true
      return .none
    }
    return begin(at: now)
  }

  /// The request's last byte is here.
  mutating func requestEnded() {
    if isComing, answer == .out {
      // Answered before it was whole: nothing is owed.
    } else {
      owed += 1
    }
    isComing = false
    isNextHere = false
  }

  mutating func answerBegan() {
    if isComing, answer == .none { answer = .begun }
  }

  mutating func answerEnded(at now: ContinuousClock.Instant) -> Action {
    if isComing {
      answer = .out
      return .none
    }
    guard owed > 0 else { return .none }
    owed -= 1
    if owed > 0 {
      began = now
    } else if isNextHere {
      return begin(at: now)
    }
    return .none
  }

  /// What was waited for is over.
  mutating func fired(at now: ContinuousClock.Instant) -> Action {
    isWaiting = false
    guard isComing else { return .none }
    guard now < began + limit else { return answer == .none ? .refuse : .close }
    return wait()
  }

  private mutating func begin(at now: ContinuousClock.Instant) -> Action {
    began = now
    isComing = true
    isNextHere = false
    answer = .none
    // An earlier wait ends sooner, and looks again.
    return isWaiting ? .none : wait()
  }

  private mutating func wait() -> Action {
    isWaiting = true
    return .wait(until: began + limit)
  }
}
