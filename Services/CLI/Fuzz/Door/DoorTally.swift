import Synchronization

/// What the door answered, counted from all connections.
final class DoorTally: Sendable {
  struct Counts: Sendable {
    var cases = 0
    /// By status; 0 is a connection that was closed without an answer.
    var statuses: [Int: Int] = [:]
    /// No byte within the time-out.
    var silences = 0
    /// Answers that held the expected digest.
    var leaks = 0
    /// Of 5xx, silences and leaks.
    var examples: [(what: String, bytes: [UInt8])] = []

    var serverErrors: Int { statuses.filter { $0.key >= 500 }.values.reduce(0, +) }
  }

  private let state = Mutex(Counts())
  var counts: Counts { state.withLock { $0 } }

  func add(_ request: DoorCase, _ answer: BlockingConnection.Answer?, leaks: Bool) {
    state.withLock { counts in
      counts.cases += 1
      var bad: String?
      if let answer {
        let status = answer.status ?? 0
        counts.statuses[status, default: 0] += 1
        if status >= 500 { bad = "status \(status)" }
      } else {
        counts.silences += 1
        bad = "silence"
      }
      if leaks {
        counts.leaks += 1
        bad = "leak"
      }
      if let bad, counts.examples.count < 20 { counts.examples.append((bad, request.bytes)) }
    }
  }
}
