import JSON
import ServiceKit
import ServiceLifecycle
import Synchronization

/// What Messenger tells a page about its own side: messages that it sent, who leads a conversation, what changed.
struct Receipt: Sendable {
  enum Kind: Sendable {
    case echo(app: String, body: JSON, isStandby: Bool)
    case delivery
    case read
    /// A member such as `pass_thread_control`.
    case routing(JSONObject)
    /// Of a subscribed field, in `changes`; it concerns no person.
    case change(field: String, value: JSON)
  }

  let page: String
  let psid: String
  let mid: String
  /// Milliseconds since 1970; the watermark of a delivery or read.
  let at: Int64
  let kind: Kind
}

/// Sends receipts in bundles: whatever came up while the last POST was under way, or in the moment after it, goes as
/// one.
final class Receipts: Service, Sendable {
  /// Entries in one POST; Meta sends up to 1,000.
  static let bundle = 200
  /// Between two POSTs, so that a quick webhook does not get each receipt alone.
  static let pause = Duration.milliseconds(10)

  struct Wanted: Sendable, Hashable {
    var echoes = true
    var deliveries = true
    var reads = true
  }

  private struct State {
    var wanted = Wanted()
    var waiting: [Receipt] = []
  }

  private let poster: WebhookPoster
  private let state = Mutex(State())
  private let signals: AsyncStream<Void>
  private let signal: AsyncStream<Void>.Continuation

  init(poster: WebhookPoster) {
    self.poster = poster
    (signals, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  var wanted: Wanted {
    get { state.withLock { $0.wanted } }
    set { state.withLock { $0.wanted = newValue } }
  }

  /// A page's message has reached the person, who has read it.
  func sent(page: Platform.Page, psid: String, mid: String, body: JSON) {
    let at = platformTime()
    func receipt(_ kind: Receipt.Kind) -> Receipt {
      Receipt(page: page.id, psid: psid, mid: mid, at: at, kind: kind)
    }
    let isFirst = state.withLock { state in
      let wasEmpty = state.waiting.isEmpty
      if state.wanted.echoes {
        state.waiting.append(receipt(.echo(app: page.app, body: body, isStandby: false)))
      }
      if state.wanted.deliveries { state.waiting.append(receipt(.delivery)) }
      if state.wanted.reads { state.waiting.append(receipt(.read)) }
      return wasEmpty && !state.waiting.isEmpty
    }
    if isFirst { signal.yield() }
  }

  /// Something changed on the page, such as a template's review.
  func changed(page: String, field: String, value: JSON) {
    post(Receipt(page: page, psid: "", mid: "", at: platformTime(), kind: .change(field: field, value: value)))
  }

  func post(_ receipt: Receipt) {
    let isFirst = state.withLock { state in
      state.waiting.append(receipt)
      return state.waiting.count == 1
    }
    if isFirst { signal.yield() }
  }

  /// Until the process stops; receipts not delivered by then are dropped.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await _ in self.signals {
        while let bundle = self.takeBundle() {
          do {
            try await self.deliver(bundle)
            try await Task.sleep(for: Self.pause)
          } catch {
            return
          }
        }
      }
    }
  }

  private func takeBundle() -> ArraySlice<Receipt>? {
    state.withLock { state in
      guard !state.waiting.isEmpty else { return nil }
      let bundle = state.waiting.prefix(Self.bundle)
      state.waiting = Array(state.waiting.dropFirst(Self.bundle))
      return bundle
    }
  }

  private func deliver(_ bundle: ArraySlice<Receipt>) async throws {
    let trace = TraceContext.new()
    var failures = 0
    while true {
      try Task.checkCancellation()
      var body = WebhookBody()
      let now = platformTime()
      for receipt in bundle { body.add(receipt, now: now) }
      if await poster.post(body.finish(), trace: trace) == 200 { return }
      failures += 1
      try await Task.sleep(for: WebhookPoster.pause(after: failures))
    }
  }
}
