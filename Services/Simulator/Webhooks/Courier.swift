import ServiceLifecycle
import Synchronization

/// Delivers what people do: each person's events in order, one at a time, different people side by side.
final class Courier: Service, Sendable {
  private struct Lane {
    var waiting: [Delivery] = []
    var next = 0
  }

  private let poster: WebhookPoster
  private let faults: Faults
  private let people: People
  private let transcripts: Transcripts
  /// A lane exists while its person has something under way.
  private let lanes = Mutex<[String: Lane]>([:])
  private let busy: AsyncStream<String>
  private let busyContinuation: AsyncStream<String>.Continuation

  init(poster: WebhookPoster, faults: Faults, people: People, transcripts: Transcripts) {
    self.poster = poster
    self.faults = faults
    self.people = people
    self.transcripts = transcripts
    (busy, busyContinuation) = AsyncStream.makeStream()
  }

  /// Puts the event behind what the person did before; most events let the page write to them for a day.
  func submit(_ delivery: Delivery) {
    if delivery.event.opensWindow { people.meet(delivery.psid) }
    if case .text(let text) = delivery.event {
      transcripts.add(
        Transcripts.Line(
          mid: delivery.mid, page: delivery.page, psid: delivery.psid, isFromPage: false, text: text,
          at: delivery.timestamp))
    }
    let isIdle = lanes.withLock { lanes in
      lanes[delivery.psid, default: Lane()].waiting.append(delivery)
      return lanes[delivery.psid]?.waiting.count == 1
    }
    if isIdle { busyContinuation.yield(delivery.psid) }
  }

  /// Until the process stops; what is not delivered by then is dropped.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        for await psid in self.busy {
          group.addTask { await self.empty(psid) }
        }
      }
    }
    for lane in lanes.withLock({ $0.values }) {
      for delivery in lane.waiting[lane.next...] { delivery.finish(accepted: false) }
    }
  }

  private func empty(_ psid: String) async {
    while let delivery = next(of: psid) {
      do {
        try await deliver(delivery)
        delivery.finish(accepted: true)
      } catch {
        delivery.finish(accepted: false)
      }
    }
  }

  /// The event to deliver now; nil closes the lane.
  private func next(of psid: String) -> Delivery? {
    lanes.withLock { lanes in
      guard let lane = lanes[psid], lane.next < lane.waiting.count else {
        lanes[psid] = nil
        return nil
      }
      lanes[psid]?.next += 1
      return lane.waiting[lane.next]
    }
  }

  private func deliver(_ delivery: Delivery) async throws {
    let due = faults.take(.webhook)
    if due.delay > .zero { try await Task.sleep(for: due.delay) }
    var copies = delivery.copies
    if case .duplicate(let count) = due.kind { copies = max(copies, count) }
    let losesAnswer = due.kind == .drop
    let isStandby = people.isLedByOthers(delivery.psid)
    guard copies > 1 else { return try await deliverOne(delivery, isStandby: isStandby, losesAnswer: losesAnswer) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<copies {
        group.addTask { try await self.deliverOne(delivery, isStandby: isStandby, losesAnswer: losesAnswer) }
      }
      try await group.waitForAll()
    }
  }

  private func deliverOne(_ delivery: Delivery, isStandby: Bool, losesAnswer: Bool) async throws {
    var failures = 0
    while true {
      try Task.checkCancellation()
      delivery.attemptBegins()
      let status = await poster.post(delivery.body(isStandby: isStandby), trace: delivery.trace)
      delivery.attemptEnded(status: losesAnswer && failures == 0 ? 0 : status)
      if status == 200, !losesAnswer || failures > 0 { return }
      failures += 1
      try await Task.sleep(for: WebhookPoster.pause(after: failures))
    }
  }
}
