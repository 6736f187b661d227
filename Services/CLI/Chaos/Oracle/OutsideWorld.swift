import ChildProcesses
import Glibc
import JobQueue
import Synchronization

/// The outside world, as the workers act on it: hears every line in the order in which it was sent, and judges.
final class OutsideWorld: Sendable {
  struct Ask: Sendable {
    let person: String
    let number: Int
  }

  struct Heard: Sendable {
    /// Lines of jobs that acted; those of a job that ran again among them.
    var acts = 0
    /// First acts.
    var jobs = 0
    var swapped = 0
    /// Sent for a lane that had gone to another by then.
    var zombieSends = 0
    /// Looked while it might act, was stopped, and sent when it woke: no process can exclude that.
    var caughtInBetween = 0
    var discarded = 0
    /// By workers that had been stopped.
    var discardedByZombies = 0
    var deaths: [ConsumerStep: Int] = [:]
    /// How far a worker's clock was found from ours, in seconds, at most.
    var clockSkew = 0
  }

  fileprivate struct State {
    var heard = Heard()
    var newest: [Int: (epoch: Int64, looked: Int64)] = [:]
    var acted: [String: (highest: Int, numbers: Set<Int>)] = [:]
    var firstActs: [String: ContinuousClock.Instant] = [:]
    var listeningSince: [Int: ContinuousClock.Instant] = [:]
    var zombies: Set<Int> = []
  }

  let path: String
  let asks: AsyncStream<Ask>
  private let asked: AsyncStream<Ask>.Continuation
  private let descriptor: Int32
  private let state = Mutex(State())

  init(path: String) throws(ToolError) {
    self.path = path
    (asks, asked) = AsyncStream.makeStream()
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    let result = UnixAddress.with(path) { bind(descriptor, $0, $1) }
    guard descriptor >= 0, result == 0 else {
      throw ToolError(code: .files, doing: "listen at \(path)", cause: String(cString: strerror(errno)))
    }
  }

  /// Starts to listen, on a thread of its own, until ``close()``.
  func listen() {
    let thread = OwnThread { [self] in
      var buffer = [UInt8](repeating: 0, count: 512)
      while true {
        let count = recv(descriptor, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        hear(String(decoding: buffer[..<count], as: UTF8.self))
      }
    }
    _ = thread.start()
  }

  func close() {
    shutdown(descriptor, Int32(SHUT_RDWR))
    asked.finish()
  }

  var heard: Heard { state.withLock { $0.heard } }

  /// When a person's first job acted.
  func firstAct(of person: String) -> ContinuousClock.Instant? { state.withLock { $0.firstActs[person] } }

  /// Since when each worker listens, on its present connection.
  var listening: [Int: ContinuousClock.Instant] { state.withLock { $0.listeningSince } }

  /// What this worker finishes from now on, until it begins anew, it finishes as a zombie or as one that was lucky.
  func wasStopped(_ slot: Int) { state.withLock { _ = $0.zombies.insert(slot) } }

  private func hear(_ line: String) {
    let words = line.split(separator: " ").map(String.init)
    guard words.count >= 2, let slot = Int(words[0]) else { return }
    switch (words[1], words.count) {
    case ("act", 7):
      guard let number = Int(words[3]), let lane = Int(words[4]), let epoch = Int64(words[5]),
        let looked = Int64(words[6])
      else { return }
      state.withLock { $0.act(words[2], number, lane, epoch, looked) }
    case ("ask", 4):
      if let number = Int(words[3]) { asked.yield(Ask(person: words[2], number: number)) }
    case ("discarded", _):
      state.withLock { state in
        state.heard.discarded += 1
        if state.zombies.contains(slot) { state.heard.discardedByZombies += 1 }
      }
    case ("step", 3):
      if let step = ConsumerStep(rawValue: words[2]) { state.withLock { $0.heard.deaths[step, default: 0] += 1 } }
    case ("listening", _): state.withLock { $0.listeningSince[slot] = .now }
    case ("hello", 3):
      let skew = Int(words[2]).map { abs($0 - time(nil)) } ?? 0
      state.withLock { state in
        state.zombies.remove(slot)
        state.listeningSince[slot] = nil
        state.heard.clockSkew = max(state.heard.clockSkew, skew)
      }
    default: break
    }
  }
}

extension OutsideWorld.State {
  fileprivate mutating func act(_ person: String, _ number: Int, _ lane: Int, _ epoch: Int64, _ looked: Int64) {
    heard.acts += 1
    if let known = newest[lane], epoch < known.epoch {
      if looked > known.looked { heard.zombieSends += 1 } else { heard.caughtInBetween += 1 }
    } else if newest[lane]?.epoch != epoch {
      newest[lane] = (epoch, looked)
    }
    var history = acted[person] ?? (0, [])
    if history.numbers.insert(number).inserted {
      heard.jobs += 1
      // For the first time, but after a later one: somebody would have read the answers in the wrong order.
      if number < history.highest { heard.swapped += 1 }
      if history.numbers.count == 1 { firstActs[person] = .now }
    }
    history.highest = max(history.highest, number)
    acted[person] = history
  }
}
