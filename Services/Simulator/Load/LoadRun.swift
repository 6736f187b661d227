import Synchronization

/// Drives one load to its report.
final class LoadRun: Sendable {
  private struct Waiting {
    let message: Int
    let deadline: ContinuousClock.Instant
    let continuation: CheckedContinuation<Void, Never>
  }

  private struct State {
    var tally: LoadTally
    /// The conversations that wait for an answer before they go on.
    var waiting: [Int: Waiting] = [:]
    var retries = 0
    /// Nobody looks after the waiting any more.
    var isOver = false
  }

  private let plan: LoadPlan
  private let people: People
  private let replies: ReplyBoard
  private let courier: Courier
  private let ids: MessageIDs
  private let state: Mutex<State>
  private let pace: LoadPace?
  private let clock = ContinuousClock()

  init(plan: LoadPlan, people: People, replies: ReplyBoard, courier: Courier, ids: MessageIDs) {
    self.plan = plan
    self.people = people
    self.replies = replies
    self.courier = courier
    self.ids = ids
    state = Mutex(State(tally: LoadTally(plan: plan)))
    pace = if case .open(let rate) = plan.mode { LoadPace(rate: rate) } else { nil }
  }

  /// Runs until everything is answered or the time for that is over.
  func report() async -> LoadReport {
    let watches = (0..<plan.conversations).map { conversation in
      people.meet(plan.psid(conversation))
      return replies.watch(plan.psid(conversation)) { [weak self] in self?.received($0, in: conversation) }
    }
    let started = clock.now
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await self.expireWaiting() }
      group.addTask { await self.pace?.run(from: started) }
      await withDiscardingTaskGroup { talks in
        for conversation in 0..<plan.conversations {
          talks.addTask { await self.talk(conversation, from: started) }
        }
      }
      group.cancelAll()
    }
    await drain()
    for (conversation, watch) in watches.enumerated() { replies.unwatch(plan.psid(conversation), watch) }
    return state.withLock { state in
      LoadReport(plan: plan, tally: state.tally, webhookRetries: state.retries, started: started)
    }
  }

  // MARK: One conversation

  private func talk(_ conversation: Int, from started: ContinuousClock.Instant) async {
    for message in 0..<plan.count(conversation) {
      await pace?.due(message * plan.conversations + conversation)
      if Task.isCancelled { return }
      let delivery = Delivery(
        page: plan.page, psid: plan.psid(conversation), mid: ids.next(),
        event: .text(LoadPlan.text(conversation: conversation, message: message)), copies: plan.copies,
        willPost: { now in self.state.withLock { $0.tally.posted(conversation, message, at: now) } })
      courier.submit(delivery)
      guard await delivery.accepted() else { return }
      let now = clock.now
      state.withLock { state in
        state.tally.acknowledged(conversation, message, at: now)
        state.retries += delivery.retries
      }
      if plan.mode == .closed { await answer(to: message, in: conversation) }
      if Task.isCancelled { return }
    }
  }

  /// Returns once the message is answered, or its time is over.
  private func answer(to message: Int, in conversation: Int) async {
    let deadline = clock.now + plan.drain
    await withCheckedContinuation { continuation in
      let isAnswered = state.withLock { state in
        if state.isOver || state.tally.isAnswered(conversation, message) { return true }
        state.waiting[conversation] = Waiting(message: message, deadline: deadline, continuation: continuation)
        return false
      }
      if isAnswered { continuation.resume() }
    }
  }

  private func received(_ act: PageAct, in conversation: Int) {
    guard let text = act.text, let message = LoadPlan.messageNumber(in: text, conversation: conversation) else {
      return
    }
    let now = clock.now
    let waiting: Waiting? = state.withLock { state in
      state.tally.replied(conversation, message, at: now)
      guard let waiting = state.waiting[conversation], waiting.message == message else { return nil }
      state.waiting[conversation] = nil
      return waiting
    }
    waiting?.continuation.resume()
  }

  // MARK: Time

  /// One look around every 50 ms instead of a timer for each message.
  private func expireWaiting() async {
    while (try? await clock.sleep(for: .milliseconds(50))) != nil { expire(before: clock.now) }
    expire(before: nil)
  }

  private func expire(before now: ContinuousClock.Instant?) {
    let over = state.withLock { state in
      if now == nil { state.isOver = true }
      let over = state.waiting.filter { now == nil || $0.value.deadline <= now! }
      for conversation in over.keys { state.waiting[conversation] = nil }
      return over.values
    }
    for waiting in over { waiting.continuation.resume() }
  }

  private func drain() async {
    let end = clock.now + plan.drain
    while clock.now < end, state.withLock({ $0.tally.answered < $0.tally.acknowledged }) {
      guard (try? await clock.sleep(for: .milliseconds(10))) != nil else { return }
    }
    try? await clock.sleep(for: plan.settle)
  }
}
