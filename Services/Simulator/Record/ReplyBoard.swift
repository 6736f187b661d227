import JSON
import Synchronization

/// What a page just did to a person, as the person sees it.
enum PageAct: Sendable {
  case message(mid: String, body: JSON)
  case senderAction(String)

  /// The text of a message that has one.
  var text: String? {
    guard case .message(_, let body) = self else { return nil }
    return body["text"]?.string
  }
}

/// Tells whoever looks at a person's conversation what the page does there: the load generator, a waiting control
/// call, an open chat page.
final class ReplyBoard: Sendable {
  typealias Handler = @Sendable (PageAct) -> Void

  private struct State {
    var handlers: [String: [(id: Int, handler: Handler)]] = [:]
    var lastID = 0
  }

  private let state = Mutex(State())

  /// `handler` is called on the caller's thread for each act, in order; it must not block.
  func watch(_ psid: String, _ handler: @escaping Handler) -> Int {
    state.withLock { state in
      state.lastID += 1
      state.handlers[psid, default: []].append((state.lastID, handler))
      return state.lastID
    }
  }

  func unwatch(_ psid: String, _ id: Int) {
    state.withLock { state in
      state.handlers[psid]?.removeAll { $0.id == id }
      if state.handlers[psid]?.isEmpty == true { state.handlers[psid] = nil }
    }
  }

  func post(_ act: PageAct, to psid: String) {
    let handlers = state.withLock { $0.handlers[psid] }
    for entry in handlers ?? [] { entry.handler(act) }
  }
}
