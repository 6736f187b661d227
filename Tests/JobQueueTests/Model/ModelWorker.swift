@testable import JobQueue

/// A consumer around the real ``WorkBook``, which does what `QueueConsumer` does in the same order. It waits wherever
/// that one awaits, and the world decides what happens meanwhile.
final class ModelWorker {
  static let concurrency = 4
  static let loadLimit = 12
  static let batch = 3
  static let maximumAttempts = 3

  /// A job that runs, from its start until its end is stored.
  final class Execution {
    let job: Job
    /// Nil until the handler has loaded what it needs.
    var loaded: (isHeld: Bool, isKnown: Bool)?
    /// Whether its handler has reached out to the world.
    var acted = false
    var isEnding = false

    init(_ job: Job) { self.job = job }
  }

  unowned let world: ModelWorld
  let name: Int
  var book = WorkBook()
  var isPaused = false
  private(set) var isAlive = true
  private(set) var isStopping = false

  private(set) var lanes: [Int: (epoch: Int64, deadline: Int64)] = [:]
  private(set) var deadline: Int64 = 0
  private(set) var renewed: Int64 = -ModelServer.lease
  private var fair = Int.max
  private var isRenewing = false
  private var isCalled = false

  private var bell: Doorbell.Look?
  private var isLooping = false
  private(set) var postponed = Doorbell.Look.nowhere
  private(set) var isSleeping = false

  private(set) var executions: [Execution] = []
  private var waiting: [[Execution]] = []
  private var isCommitting = false

  init(_ name: Int, in world: ModelWorld) {
    self.name = name
    self.world = world
  }

  private var defect: Defect? { world.server.defect }

  /// Whether a job of this lane may still reach out to the world.
  func mayAct(_ job: Job) -> Bool {
    guard let held = lanes[job.lane], held.epoch == job.epoch else { return false }
    return held.deadline > world.server.clock
  }

  private func ask<Answer>(
    _ name: String, locking lane: Int? = nil, _ statement: @escaping (ModelServer) -> Answer,
    then: @escaping (Answer?) -> Void
  ) {
    world.ask(name, for: self, locking: lane, statement, then: then)
  }

  // MARK: Leases

  var mayRenew: Bool {
    guard isAlive, !isPaused, !isStopping, !isRenewing else { return false }
    return isCalled || world.server.clock >= renewed + ModelServer.lease / 3
  }

  /// Somebody has given lanes back, or wants some.
  func call() { isCalled = true }

  private func giveBackIfEmpty() {
    if !book.lanesToGiveBack().isEmpty { isCalled = true }
  }

  func renew() {
    isRenewing = true
    isCalled = false
    let sent = world.server.clock
    renewed = sent
    let surplus = lanes.keys.sorted().dropFirst(fair)
    let giving = defect == .givesBackInUse ? Array(surplus) : book.lanesToGiveBack().sorted()
    let name = name
    ask("lease, giving back \(giving)") { [self] server in
      let before = server.tables.lanes
      for lane in giving where before[lane].worker == name { world.givesBack(lane, self) }
      let answer = server.lease(name, givingBack: giving)
      for (lane, _) in answer.held where before[lane].worker != name { world.takes(lane, self) }
      if !giving.isEmpty || answer.isNew { world.call() }
      return answer
    } then: { [self] answer in
      isRenewing = false
      guard let answer, !isStopping else { return }
      book.gaveBack(giving)
      fair = answer.fair
      var kept: [Int: (epoch: Int64, deadline: Int64)] = [:]
      for (lane, epoch) in answer.held { kept[lane] = (epoch, sent + ModelServer.lease) }
      lanes = kept
      if book.holds(answer.held, fairShare: answer.fair), defect != .believesOldSleep { isSleeping = false }
      deadline = max(deadline, sent + ModelServer.lease)
      giveBackIfEmpty()
      ring(.everywhere)
    }
  }

  /// Whether a lane is more than a fair share, and so is read no more.
  func isDraining(_ lane: Int) -> Bool { lanes.keys.sorted().dropFirst(fair).contains(lane) }

  /// As SIGTERM: what runs comes to its end, then the lanes are given back.
  func stop() {
    isStopping = true
    leaveIfDone()
  }

  private func leaveIfDone() {
    guard isStopping, executions.isEmpty, !isLooping, !isRenewing else { return }
    lanes = [:]
    let name = name
    ask("leave") { [self] server in
      server.leave(name)
      world.call()
    } then: { [self] _ in
      kill()
    }
  }

  func kill() { isAlive = false }

  // MARK: The loop

  func ring(_ look: Doorbell.Look) { bell = bell?.joined(with: look) ?? look }

  var mayLoop: Bool { isAlive && !isPaused && !isStopping && !isLooping && bell != nil }

  func loop() {
    guard let look = bell else { return }
    bell = nil
    isLooping = true
    turn(look)
  }

  private func turn(_ look: Doorbell.Look) {
    guard !isStopping else { return rest() }
    read(look) { [self] isMore in
      giveBackIfEmpty()
      while !isStopping, book.running < Self.concurrency, deadline > world.server.clock, let job = book.next() {
        execute(job)
      }
      if isMore { turn(.everywhere) } else { rest() }
    }
  }

  private func rest() {
    isLooping = false
    leaveIfDone()
  }

  private func read(_ look: Doorbell.Look, then: @escaping (Bool) -> Void) {
    let look = look.joined(with: postponed)
    postponed = .nowhere
    guard look != .nowhere, book.lanesHeld > 0 else { return then(false) }
    guard book.loaded < Self.loadLimit else {
      postponed = look
      return then(false)
    }
    let orFail = { [self] (isMore: Bool?) in
      if isMore == nil { postponed = .everywhere }
      then(isMore ?? false)
    }
    readLanes(look) { [self] isMore in
      guard let isMore, isMore == isSleeping else { return orFail(isMore) }
      let (name, isLyingDown) = (name, !isMore)
      ask("sleep \(isLyingDown)") {
        $0.setSleeping(name, isLyingDown)
      } then: { [self] answer in
        guard answer != nil else { return orFail(nil) }
        isSleeping = isLyingDown
        guard isSleeping, defect != .sleepsWithoutLooking else { return then(isMore) }
        readLanes(.everywhere, then: orFail)
      }
    }
  }

  private func readLanes(_ look: Doorbell.Look, then: @escaping (Bool?) -> Void) {
    moveAside { [self] isMoved in
      guard isMoved else { return then(nil) }
      guard let reading = book.startRead(look) else { return then(false) }
      ask("read \(reading.cursors)") {
        $0.read(reading.cursors)
      } then: { [self] rows in
        guard let rows else { return then(nil) }
        let world = world
        ask("due") {
          $0.due(lanes: reading.dueLanes, busy: reading.busy, &world.random)
        } then: { [self] due in
          guard let due else { return then(nil) }
          takeIn(rows, due, reading, then: then)
        }
      }
    }
  }

  private func takeIn(
    _ rows: [(row: ModelTables.Row, isParked: Bool)], _ due: [ModelServer.Due], _ reading: WorkBook.Reading,
    then: @escaping (Bool?) -> Void
  ) {
    let read = rows.compactMap { row, isParked in job(row, reading).map { (job: $0, isParked: isParked) } }
    book.read(read)
    moveAside { [self] isMoved in
      guard isMoved else { return then(nil) }
      book.replay(due.flatMap { due in due.rows.compactMap { job($0, reading, due.parking) } })
      let empty = due.filter { $0.rows.isEmpty || defect == .unparksTooEarly }.compactMap { due in
        let lane = Int(due.conversation & 63)
        return reading.epochs[lane].map { (lane: lane, epoch: $0, conversation: due.conversation) }
      }
      let counts = read.reduce(into: [:]) { $0[$1.job.lane, default: 0] += 1 }
      let isMore =
        counts.values.contains { $0 >= ModelServer.jobsPerLane } || !empty.isEmpty
        || due.count >= ModelServer.dueAtOnce
      guard !empty.isEmpty else { return then(isMore) }
      let name = name
      ask("unpark \(empty)") {
        $0.unpark(empty, by: name)
      } then: {
        then($0 == nil ? nil : isMore)
      }
    }
  }

  private func moveAside(then: @escaping (Bool) -> Void) {
    let jobs = book.takeAside()
    guard !jobs.isEmpty else { return then(true) }
    let name = name
    ask("aside \(jobs.map(\.id))") {
      $0.moveAside(jobs, by: name)
    } then: { [self] moved in
      if let moved { book.readAfterAll(jobs.filter { !moved.contains($0.id) }) } else { book.putBack(jobs) }
      then(moved != nil)
    }
  }

  private func job(_ row: ModelTables.Row, _ reading: WorkBook.Reading, _ parking: ModelTables.Parking? = nil) -> Job? {
    guard let epoch = reading.epochs[row.lane], let held = lanes[row.lane] else { return nil }
    guard held.epoch == epoch || defect == .takesInStaleReads else { return nil }
    return JobQueueTests.job(
      row.id, of: row.conversation, epoch: held.epoch, isAside: parking != nil,
      isSuspect: world.hasSuspects && row.token.isMultiple(of: 4), attempts: row.attempts, token: row.token,
      parkedFor: parking?.head == row.id ? parking?.reason : nil)
  }

  // MARK: One job

  private func execute(_ job: Job) {
    let execution = Execution(job)
    executions.append(execution)
    world.willStart(job, self)
    guard job.isSuspect else { return load(execution) }
    let name = name
    func count() {
      ask("attempt \(job.id)") {
        $0.attempt(job, by: name)
      } then: { [self] answer in
        if answer == nil, triesAgain(job) { return count() }
        guard let attempts = answer.flatMap({ $0 }) else {
          book.finished(job)
          return ended(execution)
        }
        if attempts > Self.maximumAttempts { bury(execution) } else { load(execution) }
      }
    }
    count()
  }

  private func load(_ execution: Execution) {
    let job = execution.job
    let name = name
    ask("load \(job.id)") { server in
      (server.isHeld(job.lane, by: name, epoch: job.epoch), server.tables.known.contains(job.conversation))
    } then: { [self] answer in
      execution.loaded = answer ?? (true, false)
      guard mayAct(job), answer?.0 == true else { return }
      execution.acted = true
      world.acts(execution, self)
    }
  }

  /// Those whose handlers may come to their verdict now.
  var endable: [Execution] {
    isAlive && !isPaused ? executions.filter { !$0.isEnding && $0.loaded != nil } : []
  }

  func end(_ execution: Execution, _ verdict: ModelWorld.Verdict) {
    execution.isEnding = true
    let job = execution.job
    switch verdict {
    case .done(let runsAhead):
      let behind = runsAhead ? book.behind(job).map(Execution.init) : []
      waiting.append([execution] + behind)
      commit()
    case .lost:
      book.finished(job)
      ended(execution)
    case .park(let reason, let time):
      park(execution, reason, for: time, attempts: job.attempts, rechecks: reason == .profile)
    case .failed(let pause):
      guard job.attempts + 1 >= Self.maximumAttempts else {
        return park(execution, .retry, for: pause, attempts: job.attempts + 1, rechecks: false)
      }
      bury(execution)
    }
  }

  private func ended(_ execution: Execution) {
    executions.removeAll { $0 === execution }
    ring(book.loaded < Self.loadLimit / 2 ? postponed : .nowhere)
    giveBackIfEmpty()
    leaveIfDone()
  }

  /// Whether storing is tried again after it failed.
  private func triesAgain(_ job: Job) -> Bool { book.epoch(ofLane: job.lane) == job.epoch && !isStopping }

  /// Takes out together whatever ended while the last commit ran.
  private func commit() {
    guard !isCommitting, !waiting.isEmpty else { return }
    isCommitting = true
    let groups = Array(waiting.prefix(Self.batch))
    waiting.removeFirst(groups.count)
    let jobs = groups.flatMap { $0.map(\.job) }
    let name = name
    ask("finish \(jobs.map(\.id))") {
      $0.finish(jobs, by: name)
    } then: { [self] gone in
      isCommitting = false
      var kept: [[Execution]] = []
      for group in groups {
        let head = group[0]
        if gone == nil, triesAgain(head.job) {
          kept.append(group)
        } else {
          book.finished(head.job, and: gone == nil ? 0 : group.count - 1)
          ended(head)
        }
      }
      waiting = kept + waiting
      commit()
    }
  }

  private func park(
    _ execution: Execution, _ reason: ParkReason, for time: Int64, attempts: Int, rechecks: Bool
  ) {
    let job = execution.job
    let ids = book.startParking(job)
    let name = name
    let looks = rechecks && defect != .parksWithoutLooking
    func store() {
      ask("park \(job.id) for \(reason), moving \(ids)", locking: looks ? job.lane : nil) {
        $0.park(job, ids, reason, for: time, attempts: attempts, rechecks: looks, by: name)
      } then: { [self] answer in
        if answer == nil, triesAgain(job) { return store() }
        book.parked(job)
        ended(execution)
        ring(.lanes([job.lane]))
      }
    }
    store()
  }

  private func bury(_ execution: Execution) {
    let job = execution.job
    let name = name
    func store() {
      ask("bury \(job.id)") {
        $0.bury(job, by: name)
      } then: { [self] answer in
        if answer == nil, triesAgain(job) { return store() }
        book.finished(job)
        ended(execution)
      }
    }
    store()
  }
}
