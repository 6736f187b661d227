@testable import JobQueue

/// A server with the functions of 0001-queues.sql, each of them one step. What they promise is written here once more,
/// as plainly as can be; ``Defect`` breaks single promises.
final class ModelServer {
  /// A worker's lease, on the clock of the world.
  static let lease: Int64 = 9_000
  /// As few as make the limits matter: rows a lane and read, rows a conversation and replay, conversations a replay.
  static let jobsPerLane = 2
  static let dueAtOnce = 2

  let defect: Defect?
  private(set) var clock: Int64 = 1
  private(set) var tables: ModelTables
  /// Rises with each start and crash: what was asked of an earlier one is answered by an error.
  private(set) var generation = 0
  private(set) var era: Int?
  private var eras = 0
  private var eraBegan: Int64 = 0
  private var started: Int64 = 0
  /// Who holds which lane's advisory lock.
  private var locks: [Int: Int] = [:]
  /// What a crash may bring back: the tables at the last commit that waited for the disk, and after each one since.
  private var history: [ModelTables] = []
  private(set) var complaints: [String] = []

  init(lanes: Int, defect: Defect?) {
    self.defect = defect
    tables = ModelTables(lanes: lanes)
    history = [tables]
  }

  func complain(_ complaint: String) { complaints.append(complaint) }

  func pass(_ time: Int64) { clock += time }

  @discardableResult
  private func commit<Value>(isDurable: Bool = false, _ change: (inout ModelTables) -> Value) -> Value {
    clock += 1
    // A copy, because the change also asks this server.
    var changed = tables
    let value = change(&changed)
    tables = changed
    if isDurable || history.count >= 12 { history.removeAll() }
    history.append(tables)
    return value
  }

  // MARK: Starts and crashes

  /// Everything that was not flushed may be gone, from the end; the unlogged era is.
  func crash(_ random: inout SplitMix) {
    tables = history.randomElement(using: &random)!
    history = [tables]
    era = nil
    restart()
  }

  func restart() {
    generation += 1
    started = clock
    locks = [:]
  }

  // MARK: Locks

  func isFree(_ lane: Int, for owner: Int) -> Bool { locks[lane] == nil || locks[lane] == owner }
  func lock(_ lane: Int, for owner: Int) { locks[lane] = owner }
  func unlock(_ owner: Int) { locks = locks.filter { $0.value != owner } }

  // MARK: Producers and wakers

  /// Takes ids, which a transaction does before it commits.
  func ids(_ count: Int) -> [Int64] {
    defer { tables.nextID += Int64(count) }
    return (0..<count).map { tables.nextID + Int64($0) }
  }

  func put(_ rows: [ModelTables.Row], isDurable: Bool) {
    commit(isDurable: isDurable) { tables in
      for row in rows {
        let place = tables.rows.lastIndex { $0.id < row.id }.map { $0 + 1 } ?? 0
        tables.rows.insert(row, at: place)
        tables.written[row.conversation, default: []].append(row.token)
      }
    }
  }

  func learnProfile(of conversation: Int64) {
    commit(isDurable: true) { tables in
      tables.known.insert(conversation)
      guard let parking = tables.parked[conversation], parking.until > clock else { return }
      if parking.reason == .profile || defect == .wakesEveryReason { tables.parked[conversation]?.until = clock }
    }
  }

  func forgetProfile(of conversation: Int64) { commit { $0.known.remove(conversation) } }

  // MARK: Leases

  func lease(_ me: Int, givingBack lanes: [Int]) -> (held: [(lane: Int, epoch: Int64)], fair: Int, isNew: Bool) {
    if era == nil {
      eras += 1
      era = eras
      eraBegan = clock
    }
    let before = tables.lanes
    let isNew = tables.workers[me] == nil
    var leased = tables
    let fair = renew(me, givingBack: lanes, &leased)
    // A lane that was taken stays taken: were it undone, the lane would look free beside an owner that acts.
    let isNews = zip(before, leased.lanes).contains { $0.epoch != $1.epoch || $0.worker != $1.worker }
    commit(isDurable: isNews) { $0 = leased }
    return (held(by: me), fair, isNew)
  }

  private func held(by me: Int) -> [(lane: Int, epoch: Int64)] {
    tables.lanes.enumerated().filter { $0.element.worker == me }.map { ($0.offset, $0.element.epoch) }
  }

  private func renew(_ me: Int, givingBack given: [Int], _ tables: inout ModelTables) -> Int {
    tables.workers[me, default: .init(seen: clock)].seen = clock
    for lane in given where tables.lanes[lane].worker == me { tables.lanes[lane].worker = nil }
    for lane in tables.lanes.indices where tables.lanes[lane].worker == me && tables.lanes[lane].era != era {
      if defect != .newEraKeepsEpochs { tables.lanes[lane].epoch = newEpoch(tables.lanes[lane]) }
      tables.lanes[lane].era = era
    }
    let live = tables.workers.values.count { $0.seen > clock - Self.lease }
    let fair = (tables.lanes.count + live - 1) / max(live, 1)
    let mine = tables.lanes.count { $0.worker == me }
    let free = tables.lanes.indices.filter { lane in
      guard let owner = tables.lanes[lane].worker else { return true }
      let isSilent = tables.workers[owner].map { $0.seen + Self.lease < clock } ?? true
      return isSilent && (clock > max(started, eraBegan) + Self.lease || defect == .takesOverAtOnce)
    }
    for lane in free.prefix(max(fair - mine, 0)) {
      tables.lanes[lane] = .init(worker: me, epoch: newEpoch(tables.lanes[lane]), era: era)
    }
    return fair
  }

  private func newEpoch(_ lane: ModelTables.Lane) -> Int64 { max(lane.epoch + 1, clock) }

  func leave(_ me: Int) {
    commit { tables in
      for lane in tables.lanes.indices where tables.lanes[lane].worker == me { tables.lanes[lane].worker = nil }
      tables.workers[me] = nil
    }
  }

  func setSleeping(_ me: Int, _ isSleeping: Bool) { commit { $0.workers[me]?.sleeping = isSleeping } }

  /// Counts an attempt before a suspect runs; nil where the job is not this worker's.
  func attempt(_ job: Job, by me: Int) -> Int? {
    commit(isDurable: true) { tables in
      guard isHeld(job.lane, by: me, epoch: job.epoch) else { return nil }
      guard let row = tables.rows.firstIndex(where: { $0.id == job.id && $0.isAside == (job.row < 0) }) else {
        return nil
      }
      tables.rows[row].attempts += 1
      return tables.rows[row].attempts
    }
  }

  /// The fence that every change of a lane's owner looks at.
  func isHeld(_ lane: Int, by me: Int, epoch: Int64) -> Bool {
    let row = tables.lanes[lane]
    return row.worker == me && row.epoch == epoch && era != nil && row.era == era
  }

  // MARK: Reading

  func read(_ cursors: [(lane: Int, cursor: Int64)]) -> [(row: ModelTables.Row, isParked: Bool)] {
    clock += 1
    return cursors.flatMap { lane, cursor in
      tables.rows.filter { !$0.isAside && $0.lane == lane && $0.id > cursor }.prefix(Self.jobsPerLane)
        .map { ($0, tables.parked[$0.conversation] != nil && defect != .readsPastParked) }
    }
  }

  struct Due {
    let conversation: Int64
    let rows: [ModelTables.Row]
    let parking: ModelTables.Parking
  }

  func due(lanes: [Int], busy: [Int64], _ random: inout SplitMix) -> [Due] {
    clock += 1
    let due = tables.parked.filter { conversation, parking in
      parking.until <= clock && lanes.contains(Int(conversation & 63))
        && (!busy.contains(conversation) || defect == .replaysBusy)
    }
    let first = due.sorted { ($0.value.until, $0.key) < ($1.value.until, $1.key) }.prefix(Self.dueAtOnce)
    return first.map { conversation, parking in
      if clock < parking.notBefore { complain("the wait of \(conversation) ended before its time") }
      var rows = tables.rows.filter { $0.isAside && $0.conversation == conversation }
      if defect == .replaysAnyOrder { rows.shuffle(using: &random) }
      return Due(conversation: conversation, rows: Array(rows.prefix(Self.jobsPerLane)), parking: parking)
    }
  }

  // MARK: What a lane's owner changes

  /// One transaction: takes the jobs out and applies the effects of those that came back.
  func finish(_ all: [Job], by me: Int) -> Set<Int64> {
    // What was made of a job under an epoch that is over is left out where the job is in the batch once more.
    let jobs = all.filter { job in
      defect == .countsOldEpoch || !all.contains { $0.id == job.id && $0.epoch > job.epoch }
    }
    return commit { tables in
      var gone: Set<Int64> = []
      for job in jobs where isHeld(job.lane, by: me, epoch: job.epoch) || defect == .finishIgnoresEpoch {
        guard let row = tables.rows.firstIndex(where: { $0.id == job.id && $0.isAside == (job.row < 0) }) else {
          continue
        }
        tables.rows.remove(at: row)
        gone.insert(job.id)
      }
      if defect == .finishesRange {
        for (lane, jobs) in Dictionary(grouping: jobs, by: \.row) {
          let ids = jobs.map(\.id).filter(gone.contains)
          guard let first = ids.min(), let last = ids.max() else { continue }
          tables.rows.removeAll { ($0.isAside ? -1 - $0.lane : $0.lane) == lane && (first...last).contains($0.id) }
        }
      }
      for job in jobs where gone.contains(job.id) || defect == .appliesAllEffects {
        end(job.conversation, job.token, &tables)
      }
      return gone
    }
  }

  private func end(_ conversation: Int64, _ token: Int, _ tables: inout ModelTables) {
    let count = tables.ended[conversation, default: 0]
    let written = tables.written[conversation, default: []]
    if count >= written.count || written[count] != token {
      complain("message \(token) of \(conversation) ended out of turn, as number \(count) of \(written)")
    }
    tables.ended[conversation] = count + 1
  }

  func park(
    _ head: Job, _ ids: [Int64], _ reason: ParkReason, for time: Int64, attempts: Int, rechecks: Bool, by me: Int
  ) {
    commit { tables in
      guard isHeld(head.lane, by: me, epoch: head.epoch) else { return }
      var parking = ModelTables.Parking(until: clock + time, reason: reason, head: head.id, notBefore: 0)
      if reason == .retry { parking.notBefore = parking.until }
      for row in tables.rows.indices where tables.rows[row].lane == head.lane && !tables.rows[row].isAside {
        guard ids.contains(tables.rows[row].id) else { continue }
        if defect == .parksHeadAlone, tables.rows[row].id != head.id { continue }
        tables.rows[row].isAside = true
      }
      for row in tables.rows.indices where tables.rows[row].id == head.id && tables.rows[row].isAside {
        tables.rows[row].attempts = attempts
      }
      if rechecks, tables.known.contains(head.conversation) { parking.until = clock }
      tables.parked[head.conversation] = parking
    }
  }

  func moveAside(_ jobs: [Job], by me: Int) -> Set<Int64> {
    commit { tables in
      var moved: Set<Int64> = []
      for job in jobs where isHeld(job.lane, by: me, epoch: job.epoch) {
        guard let place = tables.rows.firstIndex(where: { $0.id == job.id }) else { continue }
        // Also one that stands aside already: it was moved before, and the answer was lost.
        if tables.rows[place].isAside {
          if defect != .forgetsMoved { moved.insert(job.id) }
        } else if tables.parked[job.conversation] != nil {
          tables.rows[place].isAside = true
          moved.insert(job.id)
        }
      }
      return moved
    }
  }

  func unpark(_ conversations: [(lane: Int, epoch: Int64, conversation: Int64)], by me: Int) {
    commit { tables in
      for (lane, epoch, conversation) in conversations where isHeld(lane, by: me, epoch: epoch) {
        let isAside = tables.rows.contains { $0.conversation == conversation && $0.isAside }
        if !isAside || defect == .unparksTooEarly { tables.parked[conversation] = nil }
      }
    }
  }

  func bury(_ head: Job, by me: Int) {
    commit { tables in
      guard isHeld(head.lane, by: me, epoch: head.epoch) else { return }
      let place = tables.rows.firstIndex { $0.id == head.id && $0.isAside == (head.row < 0) }
      guard let place else { return }
      let row = tables.rows.remove(at: place)
      end(row.conversation, row.token, &tables)
      tables.parked[row.conversation]?.until = clock
      tables.parked[row.conversation]?.notBefore = 0
    }
  }
}
