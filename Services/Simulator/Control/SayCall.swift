import JSON
import Synchronization

/// Plays a person once: sends the event and, when asked, waits for the page's first message in return.
struct SayCall: Sendable {
  private static let longestWait = 600_000

  let page: Platform.Page
  let psid: String
  let event: PersonEvent
  /// nil: no waiting, the first webhook attempt's status is enough.
  let wait: Duration?

  init(_ json: JSON, platform: Platform) throws(ControlError) {
    guard let psid = json["psid"]?.text, !psid.isEmpty else { throw ControlError("\"psid\" is needed") }
    guard let page = platform.page(id: json["page"]?.text) else { throw ControlError("\"page\" is not played here") }
    let milliseconds = json["wait_ms"]?.int
    guard (0...Self.longestWait).contains(milliseconds ?? 0) else {
      throw ControlError("\"wait_ms\" must lie in 0...\(Self.longestWait)")
    }
    self.page = page
    self.psid = psid
    event = try PersonEvent(json)
    wait = milliseconds.map { .milliseconds($0) }
  }

  private struct Reply: Sendable {
    let mid: String
    let text: String
    let at: ContinuousClock.Instant
  }

  func run(_ courier: Courier, _ replies: ReplyBoard, _ ids: MessageIDs) async -> JSON {
    let (stream, continuation) = AsyncStream<Reply>.makeStream(bufferingPolicy: .bufferingOldest(1))
    let watch = replies.watch(psid) { act in
      guard case .message(let mid, _) = act else { return }
      continuation.yield(Reply(mid: mid, text: act.text ?? "", at: .now))
    }
    defer { replies.unwatch(psid, watch) }
    let start = StartTime()
    let delivery = Delivery(page: page.id, psid: psid, mid: ids.next(), event: event) { start.set($0) }
    courier.submit(delivery)
    let reply: Reply?
    if let wait {
      reply = await first(of: stream, within: wait)
    } else {
      await delivery.firstAttempt()
      reply = nil
    }
    var answer: JSONObject = ["mid": .string(delivery.mid), "status_of_webhook": JSON(delivery.status ?? 0)]
    if let reply {
      answer["reply"] = ["text": .string(reply.text), "mid": .string(reply.mid)]
      if let begun = start.value { answer["latency_ms"] = JSON(begun.duration(to: reply.at) / .milliseconds(1)) }
    }
    return .object(answer)
  }

  private func first(of stream: AsyncStream<Reply>, within limit: Duration) async -> Reply? {
    await withTaskGroup(of: Reply?.self) { group in
      group.addTask { await stream.first { _ in true } }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}

/// When the first attempt began.
final class StartTime: Sendable {
  private let instant = Mutex<ContinuousClock.Instant?>(nil)

  var value: ContinuousClock.Instant? { instant.withLock { $0 } }
  func set(_ value: ContinuousClock.Instant) { instant.withLock { $0 = value } }
}
