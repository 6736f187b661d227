import ServiceKit
import Synchronization

/// One thing a person did, on its way to the webhook until that answers 200.
final class Delivery: Sendable {
  let page: String
  let psid: String
  let mid: String
  let event: PersonEvent
  /// Times the event is delivered at once, each until accepted.
  let copies: Int
  let timestamp = platformTime()
  let trace = TraceContext.new()
  /// Called as the first attempt begins.
  private let willPost: @Sendable (ContinuousClock.Instant) -> Void

  private struct State {
    var status: Int?
    var attempts = 0
    var isOver = false
    var isAccepted = false
    var firstAttempt: [CheckedContinuation<Void, Never>] = []
    var end: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  init(
    page: String, psid: String, mid: String, event: PersonEvent, copies: Int = 1,
    willPost: @escaping @Sendable (ContinuousClock.Instant) -> Void = { _ in }
  ) {
    self.page = page
    self.psid = psid
    self.mid = mid
    self.event = event
    self.copies = copies
    self.willPost = willPost
  }

  /// The last answer's status, 0 for none in time; nil before the first attempt is over.
  var status: Int? { state.withLock { $0.status } }
  /// Attempts after the first, over all copies.
  var retries: Int { state.withLock { max(0, $0.attempts - copies) } }

  /// What Meta sends now: a later attempt differs in `entry.time`, not in the event.
  ///
  /// - Parameter isStandby: another app leads the conversation.
  func body(isStandby: Bool) -> [UInt8] {
    var body = WebhookBody()
    body.add(
      event, page: page, psid: psid, mid: mid, timestamp: timestamp, isStandby: isStandby, now: platformTime())
    return body.finish()
  }

  // MARK: For who delivers it

  func attemptBegins() {
    let isFirst = state.withLock { state in
      state.attempts += 1
      return state.attempts == 1
    }
    if isFirst { willPost(.now) }
  }

  func attemptEnded(status: Int) {
    let waiting = state.withLock { state in
      state.status = status
      defer { state.firstAttempt = [] }
      return state.firstAttempt
    }
    for continuation in waiting { continuation.resume() }
  }

  func finish(accepted: Bool) {
    let waiting = state.withLock { state in
      state.isOver = true
      state.isAccepted = accepted
      defer { (state.firstAttempt, state.end) = ([], []) }
      return state.firstAttempt + state.end
    }
    for continuation in waiting { continuation.resume() }
  }

  // MARK: For who waits for it

  func firstAttempt() async {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.isOver || state.status != nil { return true }
        state.firstAttempt.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
  }

  /// True once the webhook has answered 200 to it; false when the simulator stops before.
  func accepted() async -> Bool {
    await withCheckedContinuation { continuation in
      let isDone = state.withLock { state in
        if state.isOver { return true }
        state.end.append(continuation)
        return false
      }
      if isDone { continuation.resume() }
    }
    return state.withLock { $0.isAccepted }
  }
}
