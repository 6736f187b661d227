@testable import JobQueue

/// A transaction that writes from outside: takes the lanes' locks in ascending order, writes, commits when the world
/// lets it, then wakes who sleeps.
final class ModelWriter {
  enum Work {
    case messages([(conversation: Int64, token: Int)], isDurable: Bool)
    /// Identity's answer, for which conversations wait.
    case profile(Int64)
  }

  enum Stage { case locking, writing, committing, notifying, done }

  let name: Int
  private let work: Work
  private unowned let server: ModelServer
  private(set) var stage = Stage.locking
  private var locks: [Int]
  private let lanes: Set<Int>
  private var rows: [ModelTables.Row] = []
  private var sawSleeper = false

  init(_ name: Int, _ work: Work, _ server: ModelServer) {
    self.name = name
    self.work = work
    self.server = server
    let conversations: [Int64] =
      switch work {
      case .messages(let messages, _): messages.map(\.conversation)
      case .profile(let conversation): [conversation]
      }
    lanes = Set(conversations.map { Int($0 & 63) })
    locks = lanes.sorted()
    if case .messages = work, server.defect == .enqueuesWithoutLocks { locks = [] }
  }

  var isDone: Bool { stage == .done }

  var mayStep: Bool { stage != .locking || locks.first.map { server.isFree($0, for: name) } ?? true }

  func step(_ world: ModelWorld) {
    switch stage {
    case .locking:
      if locks.isEmpty {
        stage = .writing
      } else {
        server.lock(locks.removeFirst(), for: name)
      }
    case .writing:
      if case .messages(let messages, _) = work {
        rows = zip(server.ids(messages.count), messages).map { id, message in
          ModelTables.Row(id: id, conversation: message.conversation, token: message.token)
        }
      }
      sawSleeper = server.tables.isAnySleeping
      stage = .committing
    case .committing:
      switch work {
      case .messages(_, let isDurable): server.put(rows, isDurable: isDurable)
      case .profile(let conversation): server.learnProfile(of: conversation)
      }
      server.unlock(name)
      stage = .notifying
    case .notifying:
      let isInside = server.defect == .notifyLooksInside
      if isInside ? sawSleeper : server.tables.isAnySleeping { world.notify(lanes) }
      stage = .done
    case .done: break
    }
  }
}
