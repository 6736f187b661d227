import Metrics
import Synchronization

/// How much is under way: bounds the requests at once, and what their bodies take in memory.
final class Traffic: Sendable {
  private struct State {
    var requests = 0
    var bytes = 0
  }

  private let requestLimit: Int
  private let byteLimit: Int
  private let state = Mutex(State())
  private let requestGauge = Gauge(label: "martlet_webhooks_in_flight")
  private let byteGauge = Gauge(label: "martlet_webhook_held_bytes")

  init(requests: Int, bytes: Int) {
    requestLimit = requests
    byteLimit = bytes
  }

  /// Under way now.
  var requests: Int { state.withLock { $0.requests } }

  /// False: no more for now. True must be followed by `leave`.
  func enter() -> Bool {
    let requests = state.withLock { state -> Int? in
      guard state.requests < requestLimit else { return nil }
      state.requests += 1
      return state.requests
    }
    if let requests { requestGauge.record(requests) }
    return requests != nil
  }

  /// False, and nothing held, when it would be too much.
  func hold(_ bytes: Int) -> Bool {
    let held = state.withLock { state -> Int? in
      guard state.bytes + bytes <= byteLimit else { return nil }
      state.bytes += bytes
      return state.bytes
    }
    if let held { byteGauge.record(held) }
    return held != nil
  }

  func leave(holding bytes: Int) {
    let left = state.withLock { state -> State in
      state.requests -= 1
      state.bytes -= bytes
      return state
    }
    requestGauge.record(left.requests)
    byteGauge.record(left.bytes)
  }
}
