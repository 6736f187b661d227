@testable import JobQueue

/// A job as a read brings it. A conversation's lane is its number modulo 64, so 0 and 64 share a lane.
func job(
  _ id: Int64, of conversation: Int64 = 0, epoch: Int64 = 1, isAside: Bool = false, isSuspect: Bool = false,
  attempts: Int = 0, token: Int = 0, parkedFor reason: ParkReason? = .retry
) -> Job {
  let lane = Int(conversation & 63)
  return Job(
    queue: .understand, row: isAside ? -1 - lane : lane, epoch: epoch, id: id, conversation: conversation,
    pageID: "1", person: "\(conversation)", kind: "test", version: token, attempts: attempts, trace: nil,
    waited: .zero, payload: [], parkedFor: isAside ? reason : nil, isSuspect: isSuspect, deadline: LeaseDeadline())
}

extension WorkBook {
  /// A book that holds these lanes, under one epoch.
  static func holding(_ lanes: [Int] = [0], epoch: Int64 = 1) -> WorkBook {
    var book = WorkBook()
    _ = book.holds(lanes.map { ($0, epoch) }, fairShare: 64)
    return book
  }

  mutating func read(_ jobs: [Job]) {
    read(jobs.map { ($0, false) })
  }

  /// Starts whatever may start; the ids in order.
  mutating func startAll() -> [Int64] {
    var ids: [Int64] = []
    while let job = next() { ids.append(job.id) }
    return ids
  }

  mutating func cursors(_ look: Doorbell.Look = .everywhere) -> [[Int64]] {
    startRead(look)?.cursors.map { [Int64($0.lane), $0.cursor] } ?? []
  }

  mutating func busy() -> [Int64] { startRead(.everywhere)?.busy ?? [-1] }

  mutating func dueLanes(_ look: Doorbell.Look) -> [Int] { startRead(look)?.dueLanes ?? [] }

  /// The ids that must step aside now.
  mutating func aside() -> [Int64] { takeAside().map(\.id) }
}

extension Job {
  /// Which message it is, for tests that tell messages from ids.
  var token: Int { version }
}
