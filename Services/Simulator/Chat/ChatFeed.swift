import JSON
import Synchronization

/// What the chat pages of one process show: for each person who opened one, the last lines and who is looking.
final class ChatFeed: Sendable {
  /// Lines shown again when the page is opened again.
  static let kept = 100
  /// Events a page may be behind before it is cut off; the browser then opens the stream anew.
  static let behind = 256

  private struct Room {
    var lines: [JSON] = []
    var viewers: [Int: AsyncStream<JSON>.Continuation] = [:]
    var lastID = 0
  }

  private let replies: ReplyBoard
  private let rooms = Mutex<[String: Room]>([:])

  init(replies: ReplyBoard) { self.replies = replies }

  /// The lines so far, then whatever happens, until `close`.
  func open(_ psid: String) -> (id: Int, past: [JSON], events: AsyncStream<JSON>) {
    join(psid)
    let (events, continuation) = AsyncStream<JSON>.makeStream(bufferingPolicy: .bufferingOldest(Self.behind))
    return rooms.withLock { rooms in
      var room = rooms[psid] ?? Room()
      room.lastID += 1
      room.viewers[room.lastID] = continuation
      rooms[psid] = room
      return (room.lastID, room.lines, events)
    }
  }

  func close(_ psid: String, _ id: Int) {
    rooms.withLock { $0[psid]?.viewers.removeValue(forKey: id) }?.finish()
  }

  /// What the person wrote, for every page of theirs.
  func wrote(_ event: PersonEvent, mid: String, psid: String) {
    join(psid)
    post(["kind": "own", "mid": .string(mid), "text": .string(event.shownText)], isLine: true, psid)
  }

  /// How the webhook answered it.
  func delivered(mid: String, status: Int, psid: String) {
    post(["kind": "status", "mid": .string(mid), "status": JSON(status)], isLine: false, psid)
  }

  private func join(_ psid: String) {
    let isNew = rooms.withLock { rooms in
      if rooms[psid] != nil { return false }
      rooms[psid] = Room()
      return true
    }
    guard isNew else { return }
    // Never unwatched: a room lasts as long as the process.
    _ = replies.watch(psid) { [weak self] act in
      switch act {
      case .senderAction(let action):
        self?.post(["kind": "action", "action": .string(action)], isLine: false, psid)
      case .message(let mid, let body):
        self?.post(["kind": "page", "mid": .string(mid), "message": body], isLine: true, psid)
      }
    }
  }

  private func post(_ event: JSON, isLine: Bool, _ psid: String) {
    let viewers = rooms.withLock { rooms in
      guard var room = rooms[psid] else { return [AsyncStream<JSON>.Continuation]() }
      if isLine {
        room.lines.append(event)
        if room.lines.count > Self.kept { room.lines.removeFirst() }
        rooms[psid] = room
      }
      return Array(room.viewers.values)
    }
    for viewer in viewers {
      if case .dropped = viewer.yield(event) { viewer.finish() }
    }
  }
}
