/// What one worker holds of its queue, and what may start next. Decides; touches neither database nor clock.
///
/// Conversations run side by side, the jobs of one in turn. A conversation that is being parked, or was parked while
/// a read was under way, starts nothing: the rows that such a read brings are stepped aside instead.
struct WorkBook {
  private struct Lane {
    let epoch: Int64
    var cursor: Int64 = 0
    /// Jobs of this lane that are in the book, started or not.
    var loaded = 0
    var isDraining = false
    /// The table is not as it was read: to be given back, and read from the start under a new epoch.
    var isDistrusted = false
  }

  private struct Conversation {
    var jobs: [Job]
    var isRunning = false
  }

  private enum Parking { case underWay, stored }

  private var lanes: [Int: Lane] = [:]
  private var conversations: [Int64: Conversation] = [:]
  private var ready: [Int64] = []
  private var readyHead = 0
  /// Conversations whose parking is being stored, or was stored while a read was under way that may not have seen it.
  private var parking: [Int64: Parking] = [:]

  /// Conversations whose jobs in the book come from their parking.
  private var replaying: Set<Int64> = []

  /// Suspects run one at a time, so that the one that ends its worker is known by its attempts.
  private var isSuspectRunning = false
  private var suspectsInLine: [Int64] = []

  /// Rows of waiting conversations that must step aside and have not yet.
  private var steppingAside: [Job] = []

  /// Lanes of which the latest read, or the latest move aside, may still bring rows.
  private var lanesUnderWay: Set<Int> = []

  private(set) var loaded = 0
  private(set) var running = 0

  var lanesHeld: Int { lanes.count }

  // MARK: Lanes

  /// The lanes held after a renewal; says whether any is new. What was read under an epoch that is over is forgotten.
  mutating func holds(_ held: [(lane: Int, epoch: Int64)], fairShare: Int) -> Bool {
    let epochs = Dictionary(uniqueKeysWithValues: held.map { ($0.lane, $0.epoch) })
    let lost = lanes.filter { epochs[$0.key] != $0.value.epoch }
    for lane in lost.keys { forget(lane) }
    let new = held.filter { lanes[$0.lane] == nil }
    for (lane, epoch) in new { lanes[lane] = Lane(epoch: epoch) }
    var surplus = lanes.count - fairShare
    for lane in lanes.keys.sorted().reversed() {
      let isDistrusted = lanes[lane]?.isDistrusted ?? false
      lanes[lane]?.isDraining = surplus > 0 || isDistrusted
      surplus -= 1
    }
    isDraining = lanes.values.contains { $0.isDraining }
    return !new.isEmpty
  }

  /// Lanes that are more than a fair share and have nothing under way any more: a row that a slow read still brings
  /// would start beside the next owner's.
  func lanesToGiveBack() -> [Int] {
    guard isDraining else { return [] }
    let stepping = Set(steppingAside.map(\.lane))
    return lanes.filter { number, lane in
      lane.isDraining && lane.loaded == 0 && !lanesUnderWay.contains(number) && !stepping.contains(number)
    }.map(\.key)
  }

  /// Whether lanes are to be given back once they are empty.
  private(set) var isDraining = false

  mutating func gaveBack(_ given: [Int]) {
    for lane in given { forget(lane) }
  }

  private mutating func forget(_ lane: Int) {
    lanes[lane] = nil
    for (id, conversation) in conversations where conversation.jobs.first?.lane == lane {
      drop(id)
    }
    parking = parking.filter { Self.lane(of: $0.key) != lane }
  }

  /// The schema's `martlet.lane`.
  private static func lane(of conversation: Int64) -> Int { Int(conversation & 63) }

  // MARK: Reading

  struct Reading {
    let cursors: [(lane: Int, cursor: Int64)]
    /// Under which epochs: a lane that is lost or taken anew while the read is under way must not take its rows in.
    let epochs: [Int: Int64]
    /// Where parked conversations may be taken up again, and which of them are not to be.
    let dueLanes: [Int]
    let busy: [Int64]
  }

  /// What to read next; nil when there is no lane to read.
  mutating func startRead(_ look: Doorbell.Look) -> Reading? {
    let open = lanes.filter { !$0.value.isDraining }
    lanesUnderWay = Set(open.keys)
    let cursors: [(lane: Int, cursor: Int64)] =
      switch look {
      case .nowhere: []
      case .everywhere: open.map { ($0.key, $0.value.cursor) }.sorted { $0.0 < $1.0 }
      case .lanes(let wanted): wanted.sorted().compactMap { lane in open[lane].map { (lane, $0.cursor) } }
      }
    guard !cursors.isEmpty else { return nil }
    // One read at a time: the next one sees every parking that is stored by now.
    if !parking.isEmpty { parking = parking.filter { $0.value == .underWay } }
    let busy = Array(replaying) + parking.keys
    return Reading(
      cursors: cursors, epochs: open.mapValues(\.epoch), dueLanes: open.keys.sorted(), busy: busy)
  }

  func epoch(ofLane lane: Int) -> Int64? { lanes[lane]?.epoch }

  /// No read is under way any more.
  mutating func endRead() { lanesUnderWay = [] }

  /// Takes in what a read brought. Rows whose conversation waits are kept for ``takeAside()``.
  mutating func read(_ jobs: [(job: Job, isParked: Bool)]) {
    for (job, isParked) in jobs where takesIn(job) {
      lanes[job.lane]?.cursor = job.id
      if isParked || parking[job.conversation] != nil {
        steppingAside.append(job)
      } else {
        add(job, isReplay: false)
      }
    }
  }

  /// The rows that must step aside now; not those whose conversation's parking is only being stored.
  mutating func takeAside() -> [Job] {
    guard !steppingAside.isEmpty else { return [] }
    let current = steppingAside.filter { lanes[$0.lane]?.epoch == $0.epoch }
    lanesUnderWay.formUnion(current.map(\.lane))
    steppingAside = current.filter { parking[$0.conversation] == .underWay }
    return current.filter { parking[$0.conversation] != .underWay }
  }

  /// They could not be moved: tried again before anything else is read.
  mutating func putBack(_ jobs: [Job]) {
    steppingAside = jobs + steppingAside
  }

  /// They need not step aside after all, because their conversation no longer waits.
  mutating func readAfterAll(_ jobs: [Job]) {
    for job in jobs where takesIn(job) {
      if parking[job.conversation] == nil { add(job, isReplay: false) } else { steppingAside.append(job) }
    }
  }

  /// Takes in the jobs of a parked conversation that is due, in order.
  mutating func replay(_ jobs: [Job]) {
    for job in jobs where takesIn(job) && parking[job.conversation] == nil {
      add(job, isReplay: true)
    }
  }

  private func takesIn(_ job: Job) -> Bool {
    guard let lane = lanes[job.lane] else { return false }
    return lane.epoch == job.epoch && !lane.isDistrusted
  }

  private mutating func add(_ job: Job, isReplay: Bool) {
    loaded += 1
    lanes[job.lane]?.loaded += 1
    if conversations[job.conversation] != nil {
      conversations[job.conversation]?.jobs.append(job)
    } else {
      conversations[job.conversation] = Conversation(jobs: [job])
      if isReplay { replaying.insert(job.conversation) }
      ready.append(job.conversation)
    }
  }

  // MARK: Running

  /// The next job to start.
  mutating func next() -> Job? {
    while readyHead < ready.count {
      let id = ready[readyHead]
      readyHead += 1
      if readyHead > 1024 || readyHead == ready.count {
        ready.removeFirst(readyHead)
        readyHead = 0
      }
      guard let conversation = conversations[id], !conversation.isRunning, let job = conversation.jobs.first else {
        continue
      }
      if job.isSuspect {
        guard !isSuspectRunning else {
          suspectsInLine.append(id)
          continue
        }
        isSuspectRunning = true
      }
      conversations[id]?.isRunning = true
      running += 1
      return job
    }
    return nil
  }

  /// The jobs of the same conversation that stand behind one that runs.
  func behind(_ job: Job) -> [Job] {
    guard !job.isSuspect, isCurrent(job), let jobs = conversations[job.conversation]?.jobs else { return [] }
    return Array(jobs.dropFirst().prefix { !$0.isSuspect })
  }

  /// The job is out of the queue, or was found to be somebody else's by now; and so are the first `others` of those
  /// behind it, which were done with it.
  mutating func finished(_ job: Job, and others: Int = 0) {
    ended(job)
    guard isCurrent(job) else { return }
    let count = 1 + others
    conversations[job.conversation]?.jobs.removeFirst(count)
    conversations[job.conversation]?.isRunning = false
    loaded -= count
    lanes[job.lane]?.loaded -= count
    if conversations[job.conversation]?.jobs.isEmpty == true {
      conversations[job.conversation] = nil
      replaying.remove(job.conversation)
    } else {
      ready.append(job.conversation)
    }
  }

  /// The job's end was not accepted, though as far as we know its lane is ours: PostgreSQL has crashed since we took it,
  /// or the job was erased, or an earlier owner's last word came late and moved it. What stands behind it may have to
  /// wait for it, so nothing more of the conversation runs until the lane was taken and read anew.
  mutating func distrust(_ job: Job) {
    ended(job)
    guard isCurrent(job) else { return }
    drop(job.conversation)
    distrustLane(of: job)
  }

  /// Takes nothing more in from the job's lane, and starts nothing of its conversation.
  mutating func distrustLane(of job: Job) {
    guard lanes[job.lane]?.epoch == job.epoch else { return }
    steppingAside.removeAll { $0.conversation == job.conversation }
    lanes[job.lane]?.isDistrusted = true
    lanes[job.lane]?.isDraining = true
    isDraining = true
  }

  /// The job's conversation is about to be parked: the ids of its rows in the lane that must move aside with it.
  mutating func startParking(_ job: Job) -> [Int64] {
    guard isCurrent(job), let conversation = conversations[job.conversation] else { return [] }
    parking[job.conversation] = .underWay
    return conversation.jobs.filter { $0.row >= 0 }.map(\.id)
  }

  /// The parking is stored (or was refused, because the lane is somebody else's).
  mutating func parked(_ job: Job) {
    ended(job)
    guard isCurrent(job) else { return }
    drop(job.conversation)
    parking[job.conversation] = .stored
  }

  private mutating func ended(_ job: Job) {
    running -= 1
    guard job.isSuspect else { return }
    isSuspectRunning = false
    ready += suspectsInLine
    suspectsInLine = []
  }

  private func isCurrent(_ job: Job) -> Bool {
    guard lanes[job.lane]?.epoch == job.epoch else { return false }
    return conversations[job.conversation]?.jobs.first?.id == job.id
  }

  private mutating func drop(_ id: Int64) {
    guard let conversation = conversations.removeValue(forKey: id) else { return }
    loaded -= conversation.jobs.count
    if let lane = conversation.jobs.first?.lane { lanes[lane]?.loaded -= conversation.jobs.count }
    parking[id] = nil
    replaying.remove(id)
  }
}
