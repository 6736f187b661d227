@testable import JobQueue

/// What PostgreSQL would hold of one queue: a value, so that a crash can bring an older one back.
struct ModelTables {
  struct Row {
    let id: Int64
    let conversation: Int64
    /// Names the message, also where an id comes twice because a crash undid that it was given.
    let token: Int
    var isAside = false
    var attempts = 0

    var lane: Int { Int(conversation & 63) }
  }

  struct Lane {
    var worker: Int?
    var epoch: Int64 = 0
    var era: Int?
  }

  struct Worker {
    var seen: Int64
    var sleeping = false
  }

  struct Parking {
    var until: Int64
    var reason: ParkReason
    /// The job that waits; those behind it only stand in line.
    var head: Int64
    /// When it may end at the earliest, whoever wakes it for another reason.
    var notBefore: Int64
  }

  /// By id.
  var rows: [Row] = []
  var nextID: Int64 = 1
  var lanes: [Lane]
  var workers: [Int: Worker] = [:]
  var parked: [Int64: Parking] = [:]
  /// Conversations whose profile is known: what a wait for `profile` waits for.
  var known: Set<Int64> = []
  /// What was written for each conversation, in the order of the commits.
  var written: [Int64: [Int]] = [:]
  /// How much of that had its effect, or went to the dead letters.
  var ended: [Int64: Int] = [:]

  init(lanes: Int) {
    self.lanes = Array(repeating: Lane(), count: lanes)
  }

  var isAnySleeping: Bool { workers.values.contains { $0.sleeping } }
}
