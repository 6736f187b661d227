import JSON
import Synchronization

/// What a page has sent: the messages accepted at the Graph side, the last so many of them, and every call counted.
final class Ledger: Sendable {
  struct Entry: Sendable {
    /// From 1, without gaps, over the life of the process.
    var n: Int
    /// Milliseconds since 1970.
    var at: Int64
    var page: String
    var psid: String
    /// Empty for a message without text.
    var text: String
    var metadata: String?
    var mid: String
    var messagingType: String?
    var tag: String?
    var personaID: String?
    /// The whole message where it is more than a text.
    var message: JSON?

    init(_ send: SendRequest, _ message: MessageShape, mid: String, psid: String, page: String) {
      n = 0
      at = platformTime()
      self.page = page
      self.psid = psid
      text = message.json["text"]?.string ?? ""
      metadata = message.json["metadata"]?.string
      self.mid = mid
      messagingType = send.messagingType
      tag = send.tag
      personaID = send.personaID
      if message.kind != .text || message.json["quick_replies"] != nil { self.message = message.json }
    }

    var json: JSON {
      var json: JSONObject = [
        "n": JSON(n), "at": JSON(at), "page": .string(page), "psid": .string(psid), "text": .string(text),
        "metadata": metadata.map(JSON.string) ?? .null, "mid": .string(mid),
        "messaging_type": messagingType.map(JSON.string) ?? .null,
      ]
      json["tag"] = tag.map(JSON.string)
      json["persona_id"] = personaID.map(JSON.string)
      json["message"] = message
      return .object(json)
    }
  }

  private struct State {
    /// A ring: entry n lies at (n − 1) mod capacity.
    var ring: [Entry] = []
    var last = 0
    /// The highest n that was cleared away.
    var cleared = 0
    var calls: [String: [Int: Int]] = [:]
    /// By code and subcode.
    var refusals: [String: Int] = [:]
  }

  private let capacity: Int
  private let state = Mutex(State())

  /// - Parameter capacity: messages kept; older ones are dropped.
  init(capacity: Int) { self.capacity = max(1, capacity) }

  /// - Returns: The entry with its number.
  @discardableResult
  func append(_ new: Entry) -> Entry {
    state.withLock { state in
      state.last += 1
      var entry = new
      entry.n = state.last
      if state.ring.count < capacity {
        state.ring.append(entry)
      } else {
        state.ring[(state.last - 1) % capacity] = entry
      }
      return entry
    }
  }

  /// Counts what the Graph side said no with, such as "10/2018278".
  func refused(_ error: GraphError) {
    let name = "\(error.code)" + (error.subcode.map { "/\($0)" } ?? "")
    state.withLock { $0.refusals[name, default: 0] += 1 }
  }

  /// Counts a call of the Graph side, or a webhook by what it was answered (0: not at all).
  func count(_ path: String, status: Int) {
    state.withLock { $0.calls[path, default: [:]][status, default: 0] += 1 }
  }

  /// The messages kept that come after number `after`, oldest first.
  func messages(after: Int) -> [Entry] {
    state.withLock { state in
      let first = max(after, state.cleared, state.last - state.ring.count) + 1
      guard first <= state.last else { return [] }
      return (first...state.last).map { state.ring[($0 - 1) % capacity] }
    }
  }

  func json(after: Int) -> JSON {
    let messages = messages(after: after)
    let (calls, refusals) = state.withLock { ($0.calls, $0.refusals) }
    let counts = calls.sorted { $0.key < $1.key }.map { path, statuses in
      (path, JSON.object(JSONObject(statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", JSON($0.value)) })))
    }
    return [
      "messages": .array(messages.map(\.json)), "calls": .object(JSONObject(counts)),
      "refusals": .object(JSONObject(refusals.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) })),
    ]
  }

  /// Numbers go on from where they were.
  func clear() {
    state.withLock { state in
      state.cleared = state.last
      state.calls.removeAll()
      state.refusals.removeAll()
    }
  }
}
