@testable import JobQueue

/// A table as PostgreSQL keeps it, and a consumer around a ``WorkBook``, both moved one step at a time in random order:
/// between what is sent and what comes back anything else may happen.
struct QueueModel {
  private struct Row {
    let id: Int64
    let conversation: Int64
    var isAside = false
  }

  /// A job's end on its way: first the table changes, then the book hears of it.
  private enum Ending {
    case finishing(Job)
    case finished(Job)
    case parking(Job, [Int64])
    case parked(Job)
  }

  /// What a read brought of conversations that are due.
  private struct Due {
    var jobs: [Job] = []
    /// Conversations with nothing left aside.
    var empty: [Int64] = []
  }

  /// The one read that may be under way, and what it does in turn: before and after it rows are moved aside.
  private enum Read {
    case moving([Job], Due?)
    case moved([Job], Due?)
    case asked(WorkBook.Reading)
    case answered([(job: Job, isParked: Bool)], Due)
  }

  private static let lanes = [0, 1, 2]
  private static let conversations = [0, 64, 128, 1, 65, 2] as [Int64]

  private var random: SplitMix
  private var book = WorkBook()
  private var rows: [Row] = []
  private var lastID: Int64 = 0
  /// Conversations that wait, and whether they are due.
  private var parked: [Int64: Bool] = [:]
  private var epochs = Dictionary(uniqueKeysWithValues: QueueModel.lanes.map { ($0, Int64(1)) })
  private var given: Set<Int> = []
  private var running: [Job] = []
  /// Those of them whose handler has not come to its verdict.
  private var undecided: [Job] = []
  private var endings: [Ending] = []
  private var read: Read?
  private var writes = true

  private(set) var written = 0
  private(set) var complaints: [String] = []

  var rowsLeft: Int { rows.count }

  init(seed: UInt64) {
    random = SplitMix(state: seed)
    renew(fairShare: 64)
  }

  mutating func step() {
    switch Int.random(in: 0..<100, using: &random) {
    case 0..<12 where writes: write()
    case 12..<45: stepRead()
    case 45..<65: start()
    case 65..<75: end()
    case 75..<95: stepEnding()
    case 95..<97: wake()
    case 97: loseLane()
    case 98: giveBack()
    default: renew(fairShare: Int.random(in: 1...3, using: &random))
    }
  }

  /// Lets everything come to its end: nothing new, every lane held, every wait over.
  mutating func settle() {
    writes = false
    for _ in 0..<20_000 where rowsLeft > 0 || read != nil || !endings.isEmpty {
      giveBack()
      given = []
      renew(fairShare: 64)
      wake()
      step()
    }
  }

  // MARK: What may happen

  private mutating func write() {
    lastID += 1
    written += 1
    rows.append(Row(id: lastID, conversation: Self.conversations.randomElement(using: &random)!))
  }

  private mutating func start() {
    guard let job = book.next() else { return }
    let isCurrent = epochs[job.lane] == job.epoch && !given.contains(job.lane)
    // Until the next renewal tells, a worker starts what is no longer its own; that counts for nothing.
    if isCurrent {
      let before = rows.first { $0.conversation == job.conversation && $0.id < job.id }
      if let before { complaints.append("\(job.id) started before \(before.id) of its conversation") }
      let others = running.filter { $0.conversation == job.conversation && $0.epoch == job.epoch }
      if let other = others.first { complaints.append("\(job.id) started while \(other.id) runs") }
      let isThere = rows.contains { $0.id == job.id && $0.isAside == (job.row < 0) }
      if !isThere { complaints.append("\(job.id) started from where it does not stand") }
    }
    running.append(job)
    undecided.append(job)
  }

  /// A handler comes to its verdict.
  private mutating func end() {
    guard let index = undecided.indices.randomElement(using: &random) else { return }
    let job = undecided.remove(at: index)
    if writes, Int.random(in: 0..<3, using: &random) == 0 {
      endings.append(.parking(job, book.startParking(job)))
    } else {
      endings.append(.finishing(job))
    }
  }

  private mutating func stepEnding() {
    guard let index = endings.indices.randomElement(using: &random) else { return }
    switch endings.remove(at: index) {
    case .finishing(let job):
      if isOurs(job) { rows.removeAll { $0.id == job.id && $0.isAside == (job.row < 0) } }
      endings.append(.finished(job))
    case .finished(let job):
      book.finished(job)
      stop(job)
    case .parking(let job, let ids):
      if isOurs(job) {
        parked[job.conversation] = false
        for index in rows.indices where ids.contains(rows[index].id) { rows[index].isAside = true }
      }
      endings.append(.parked(job))
    case .parked(let job):
      book.parked(job)
      stop(job)
    }
  }

  private mutating func stop(_ job: Job) {
    running.removeAll { $0.id == job.id && $0.epoch == job.epoch }
  }

  private mutating func wake() {
    for conversation in parked.keys.sorted() where !writes || Bool.random(using: &random) {
      parked[conversation] = true
    }
  }

  private mutating func loseLane() {
    guard let lane = Self.lanes.randomElement(using: &random) else { return }
    epochs[lane, default: 0] += 1
    if Bool.random(using: &random) { renew(fairShare: 64) }
  }

  private mutating func giveBack() {
    let lanes = book.lanesToGiveBack()
    for lane in lanes {
      epochs[lane, default: 0] += 1
      given.insert(lane)
    }
    book.gaveBack(lanes)
  }

  private mutating func renew(fairShare: Int) {
    if Bool.random(using: &random) { given = [] }
    let held = Self.lanes.filter { !given.contains($0) }
    _ = book.holds(held.map { ($0, epochs[$0]!) }, fairShare: fairShare)
  }

  private func isOurs(_ job: Job) -> Bool { epochs[job.lane] == job.epoch && !given.contains(job.lane) }

  // MARK: Reading

  private mutating func stepRead() {
    switch read {
    case nil:
      read = .moving(book.takeAside(), nil)
    case .moving(let jobs, let due):
      read = move(jobs, due)
    case .moved(let left, let due):
      book.readAfterAll(left)
      guard let due else {
        read = book.startRead(.everywhere).map { .asked($0) }
        return
      }
      book.replay(due.jobs)
      for conversation in due.empty where !rows.contains(where: { $0.conversation == conversation && $0.isAside }) {
        parked[conversation] = nil
      }
      read = nil
    case .asked(let reading):
      read = answer(reading)
    case .answered(let jobs, let due):
      book.read(jobs)
      read = .moving(book.takeAside(), due)
    }
  }

  private mutating func answer(_ reading: WorkBook.Reading) -> Read {
    let limit = Int.random(in: 1...6, using: &random)
    var jobs: [(job: Job, isParked: Bool)] = []
    for (lane, cursor) in reading.cursors {
      let fresh = rows.filter { !$0.isAside && Int($0.conversation & 63) == lane && $0.id > cursor }.prefix(limit)
      jobs += fresh.map { (job($0, reading), parked[$0.conversation] != nil) }
    }
    let waiting = parked.filter { $0.value && reading.dueLanes.contains(Int($0.key & 63)) }.keys.sorted()
      .filter { !reading.busy.contains($0) }
    let due = waiting.flatMap { conversation in
      rows.filter { $0.isAside && $0.conversation == conversation }.prefix(limit).map { job($0, reading) }
    }
    let empty = waiting.filter { conversation in !due.contains { $0.conversation == conversation } }
    return .answered(jobs, Due(jobs: due, empty: empty))
  }

  private func job(_ row: Row, _ reading: WorkBook.Reading) -> Job {
    JobQueueTests.job(
      row.id, of: row.conversation, epoch: reading.epochs[Int(row.conversation & 63)]!, isAside: row.isAside)
  }

  private mutating func move(_ jobs: [Job], _ due: Due?) -> Read? {
    // Now and then PostgreSQL is out of reach; then the rest of the read is dropped too.
    if Int.random(in: 0..<8, using: &random) == 0 {
      book.putBack(jobs)
      return nil
    }
    var left: [Job] = []
    for job in jobs {
      let index = rows.firstIndex { $0.id == job.id && !$0.isAside }
      if let index, isOurs(job), parked[job.conversation] != nil {
        rows[index].isAside = true
      } else {
        left.append(job)
      }
    }
    return .moved(left, due)
  }
}
