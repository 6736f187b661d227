package import Logging
package import Postgres
internal import ServiceLifecycle
internal import Synchronization

/// Runs the jobs of one queue: owns lanes, reads them in order, completes what has finished, parks what cannot go on.
///
/// Any number of processes may run one for the same queue; they share the lanes. Its `run()` ends on graceful
/// shutdown, after running jobs had their time, with its lanes given back.
package actor QueueConsumer: Service {
  private let configuration: ConsumerConfiguration
  private let handler: ErasedHandler
  private let pool: PostgresPool
  private let logger: Logger
  private let statements: OwnerStatements
  private let completion: Completion
  private let deadline = LeaseDeadline()
  private var lanes: [Int: HeldLane] = [:]
  private nonisolated let renewals = Bell()
  private var isPaused = false
  private let meters: ConsumerMeters
  private nonisolated let doorbell: Doorbell
  private nonisolated let statusBox = Mutex(Status())

  private var book = WorkBook()
  private var isSleeping = false
  /// Where work may be that there was no room for.
  private var postponed = Doorbell.Look.nowhere
  private var isStopping = false
  /// What has run and is still in the table.
  private var unstored: [Finished] = []
  private var isStoring = false

  /// Jobs of one conversation that were done in one go, and when the first of them began.
  private struct Finished {
    let group: [ErasedHandler.Done]
    var head: Job { group[0].job }
    let started: ContinuousClock.Instant
  }

  /// What goes with a lane under one epoch.
  private struct HeldLane {
    let epoch: Int64
    let deadline: LeaseDeadline
    /// Since when, where a head that stood in it by then may be what ended its earlier owners.
    let suspectSince: ContinuousClock.Instant?
    /// The conversations whose heads have been seen; nothing behind a head was running.
    var headsSeen: Set<Int64> = []

    /// Whether this job, the next of its conversation, is one of those heads. True once a conversation.
    mutating func isSuspect(conversation: Int64, waited: Duration) -> Bool {
      guard let suspectSince, waited >= suspectSince.duration(to: .now) else { return false }
      return headsSeen.insert(conversation).inserted
    }
  }

  /// What a health check may know without asking the database.
  package struct Status: Sendable {
    package var lanes = 0
    package var running = 0
    package var isPaused = false
    package var failure: String? = "no lease yet"
  }

  package init(
    _ configuration: ConsumerConfiguration, handler: some JobHandler, pool: PostgresPool, worker: String,
    logger: Logger
  ) {
    let handler = ErasedHandler(handler)
    self.configuration = configuration
    self.handler = handler
    self.pool = pool
    self.logger = logger
    let statements = OwnerStatements(queue: configuration.queue, worker: worker)
    self.statements = statements
    completion = Completion(
      pool: pool, handler: handler, statements: statements, isDurable: configuration.isDurable,
      onStep: configuration.onStep)
    doorbell = Doorbell()
    meters = ConsumerMeters(configuration.queue)
  }

  package nonisolated var status: Status { statusBox.withLock { $0 } }

  /// Says that there may be work; cheap, and safe to call at any time.
  ///
  /// - Parameter lanes: Where, as a notification names it: `3,17`. Everywhere when nil. `lease` asks for a renewal.
  package nonisolated func wake(lanes: String? = nil) {
    if lanes == "lease" {
      renewals.ring()
      return
    }
    let numbers = lanes?.split(separator: ",").compactMap { Int($0) } ?? []
    doorbell.ring(numbers.isEmpty ? .everywhere : .lanes(Set(numbers)))
  }

  package func run() async throws {
    try await withThrowingDiscardingTaskGroup { group in
      group.addTask { try await self.keepLeases() }
      group.addTask { try await self.keepRenewing() }
      group.addTask { try await self.keepPolling() }
      await withGracefulShutdownHandler {
        await self.work()
      } onGracefulShutdown: {
        self.doorbell.close()
      }
      group.cancelAll()
    }
    await leave()
  }

  // MARK: Leases

  /// One renewal at a time: the answer of an earlier one must not undo a later one's.
  private func keepLeases() async throws {
    await renew()
    for await _ in renewals.rings { await renew() }
  }

  private func keepRenewing() async throws {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.lease / 3)
      renewals.ring()
    }
  }

  private func renew() async {
    let sent = ContinuousClock.now
    let givingBack = book.lanesToGiveBack()
    do {
      let rows = try await pool.run([
        .synchronousCommit(false), statements.lease(ttl: configuration.lease, givingBack: givingBack),
      ])[1]
      let held = try rows.map {
        (lane: try $0.int("lane"), epoch: try $0.int64("epoch"), isSuspect: try $0.bool("suspect"))
      }
      let fair = try rows.first.map { try $0.int("fair") } ?? 64
      book.gaveBack(givingBack)
      hold(held, until: sent + configuration.lease)
      // Lanes that are new, or new again after a start of the server, before which nothing said of sleeping counts.
      if book.holds(held.map { ($0.lane, $0.epoch) }, fairShare: fair) { isSleeping = false }
      isPaused = try rows.first?.bool("paused") ?? false
      deadline.extend(to: sent + configuration.lease)
      configuration.onStep?(.leased)
      if !book.lanesToGiveBack().isEmpty { renewals.ring() }
      setStatus(failure: nil)
      wake()
    } catch {
      setStatus(failure: "leases could not be renewed: \(error)")
      logger.debug("leases could not be renewed", metadata: ["error": "\(error)"])
    }
  }

  private func hold(
    _ held: [(lane: Int, epoch: Int64, isSuspect: Bool)], until instant: ContinuousClock.Instant
  ) {
    var kept: [Int: HeldLane] = [:]
    for (lane, epoch, isSuspect) in held {
      if let known = lanes[lane], known.epoch == epoch {
        known.deadline.extend(to: instant)
        kept[lane] = known
      } else {
        kept[lane] = HeldLane(
          epoch: epoch, deadline: LeaseDeadline(instant), suspectSince: isSuspect ? .now : nil)
      }
    }
    for (lane, old) in lanes where kept[lane]?.epoch != old.epoch { old.deadline.end() }
    lanes = kept
  }

  private func leave() async {
    configuration.onStep?(.leaving)
    hold([], until: .now)
    _ = try? await pool.run([.synchronousCommit(false), statements.leave()])
    _ = book.holds([], fairShare: 64)
    setStatus(failure: "stopped")
  }

  private func keepPolling() async throws {
    while !Task.isCancelled {
      try? await Task.sleep(for: configuration.poll)
      wake()
    }
  }

  private func setStatus(failure: String?) {
    statusBox.withLock {
      $0 = Status(lanes: book.lanesHeld, running: book.running, isPaused: isPaused, failure: failure)
    }
    meters.holds(lanes: book.lanesHeld)
  }

  // MARK: The loop

  private func work() async {
    await withDiscardingTaskGroup { group in
      for await _ in doorbell.rings {
        var look = doorbell.answer()
        while !doorbell.isClosed {
          let isMore = await read(look)
          // The reads that began before a lane was to be given back have ended now.
          if !book.lanesToGiveBack().isEmpty { renewals.ring() }
          while book.running < configuration.concurrency, !isPaused, deadline.isAhead, let job = book.next() {
            group.addTask { await self.execute(job) }
          }
          guard isMore else { break }
          look = .everywhere
        }
      }
      isStopping = true
      // Running jobs get their time; a job that was not started stays in the table.
      let limit = ContinuousClock.now + configuration.drain
      while book.running > 0, .now < limit, !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(10))
      }
      group.cancelAll()
    }
  }

  /// Reads where there may be work, and says whether there is probably more at once.
  private func read(_ look: Doorbell.Look) async -> Bool {
    var look = look.joined(with: postponed)
    postponed = .nowhere
    guard look != .nowhere, book.lanesHeld > 0 else { return false }
    guard book.loaded < configuration.loadLimit else {
      // Looked at when half of what is held has been done.
      postponed = look
      return false
    }
    do {
      let isMore = try await readLanes(look)
      if isMore == isSleeping {
        try await setSleeping(!isMore)
        // A producer that commits from here on sees the flag; what it committed before, this read finds.
        look = .everywhere
        if isSleeping { return try await readLanes(look) }
      }
      return isMore
    } catch {
      logger.debug("the queue could not be read", metadata: ["error": "\(error)"])
      postponed = .everywhere
      return false
    }
  }

  private func setSleeping(_ value: Bool) async throws {
    try await pool.run([.synchronousCommit(false), statements.sleep(value)])
    isSleeping = value
    if value { configuration.onStep?(.sleeping) }
  }

  private func readLanes(_ look: Doorbell.Look) async throws -> Bool {
    try await moveAside()
    guard let reading = book.startRead(look) else { return false }
    let results = try await pool.run([
      statements.read(reading.cursors), statements.due(lanes: reading.dueLanes, busy: reading.busy),
    ])

    var read: [(job: Job, isParked: Bool)] = []
    let columns = try JobColumns(results[0])
    let isParked = try results[0].column("parked")
    for row in results[0] {
      let stepsAside = try row.bool(isParked)
      guard let job = try job(row, columns, reading, stepsAside: stepsAside) else { continue }
      read.append((job, stepsAside))
    }
    book.read(read)
    if !read.isEmpty { configuration.onStep?(.read) }
    try await moveAside()

    var empty: [(lane: Int, epoch: Int64, conversation: Int64)] = []
    var replay: [Job] = []
    let dueColumns = try JobColumns(results[1])
    for row in results[1] {
      if let job = try job(row, dueColumns, reading, isParked: true) {
        replay.append(job)
      } else if let epoch = reading.epochs[try row.int("lane")] {
        empty.append((try row.int("lane"), epoch, try row.int64("conv")))
      }
    }
    if !replay.isEmpty { configuration.onStep?(.replayed) }
    book.replay(replay)
    if !empty.isEmpty { try await pool.run([.synchronousCommit(false), statements.unpark(empty)]) }
    // A full lane has more to give, and so may a conversation whose parking just ended.
    let counts = read.reduce(into: [:]) { $0[$1.job.lane, default: 0] += 1 }
    return counts.values.contains { $0 >= OwnerStatements.jobsPerLane } || !empty.isEmpty
      || results[1].count >= OwnerStatements.dueAtOnce
  }

  private func moveAside() async throws {
    let jobs = book.takeAside()
    guard !jobs.isEmpty else { return }
    do {
      let rows = try await pool.run([.synchronousCommit(false), statements.moveAside(jobs)])[1]
      configuration.onStep?(.movedAside)
      let moved = Set(try rows.map { try $0.int64("id") })
      book.readAfterAll(jobs.filter { !moved.contains($0.id) })
    } catch {
      book.putBack(jobs)
      throw error
    }
  }

  private func job(
    _ row: Row, _ columns: JobColumns, _ reading: WorkBook.Reading, isParked: Bool = false, stepsAside: Bool = false
  ) throws -> Job? {
    guard let id = try row.optionalInt(columns.id) else { return nil }
    let lane = try row.int(columns.lane)
    let waited = Duration.milliseconds(try row.int(columns.waited))
    guard let epoch = reading.epochs[lane], let held = lanes[lane], held.epoch == epoch else { return nil }
    let conversation = try row.int64("conv")
    let isSuspect = stepsAside ? false : lanes[lane]?.isSuspect(conversation: conversation, waited: waited) ?? false
    return Job(
      queue: configuration.queue, row: isParked ? -1 - lane : lane, epoch: epoch, id: Int64(id),
      conversation: conversation, pageID: try row.string(columns.page), person: try row.string(columns.person),
      kind: try row.string(columns.kind), version: try row.int(columns.version),
      attempts: try row.int(columns.attempts), trace: try row.optionalString(columns.trace), waited: waited,
      payload: try row.utf8(columns.payload),
      parkedFor: isParked ? (try row.optionalString("reason")).flatMap(ParkReason.init) : nil,
      isSuspect: isSuspect, deadline: held.deadline)
  }

  // MARK: One job

  /// Away from the actor until the job has run: it is asked once a job, not thrice.
  private nonisolated func execute(_ job: Job) async {
    let started = ContinuousClock.now
    if job.isSuspect {
      guard await mayRun(job) else { return }
    }
    configuration.onStep?(.started)
    let verdict = await handler.run(job)
    configuration.onStep?(.ran)
    await ran(job, verdict, started)
  }

  private func ran(_ job: Job, _ verdict: Verdict<any Sendable>, _ started: ContinuousClock.Instant) async {
    let outcome: String
    switch verdict {
    case .done(let effect):
      let done = ErasedHandler.Done(job: job, effect: effect)
      return await store(Finished(group: [done] + (await runAhead(of: job)), started: started))
    case .park(let reason, let duration, let recheck):
      await park(job, reason, for: duration, attempts: job.attempts, error: nil, recheck: recheck)
      outcome = "parked_\(reason.rawValue)"
    case .lost:
      outcome = "lost"
      book.distrust(job)
    case .failed(let error, let pause, let recording):
      outcome = await fail(job, error, pause: pause, recording: recording)
    }
    count(job, outcome, started)
    goOn()
  }

  private func count(_ job: Job, _ outcome: String, _ started: ContinuousClock.Instant) {
    meters.ended(outcome, waited: job.waited, ran: started.duration(to: .now), running: book.running)
  }

  /// Something has ended, so that something else may start.
  private func goOn() {
    doorbell.ring(book.loaded < configuration.loadLimit / 2 ? postponed : .nowhere)
    if !book.lanesToGiveBack().isEmpty { renewals.ring() }
  }

  /// A job that may be what ended its earlier workers is counted before it runs, and buried when it has had its turns.
  private func mayRun(_ job: Job) async -> Bool {
    let attempts = await untilStored(job) {
      try await self.pool.run([.synchronousCommit(true), self.statements.attempt(job)])[1][0].optionalInt("attempts")
    }
    guard let attempts = attempts.flatMap({ $0 }) else {
      // It stands in the table as it was, so nothing behind it may run.
      book.distrust(job)
      goOn()
      return false
    }
    if attempts > configuration.maximumAttempts {
      meters.ended(
        await bury(job, attempts: attempts - 1, "its worker went silent while it ran, again and again"),
        waited: job.waited, ran: .zero, running: book.running)
      doorbell.ring(.nowhere)
      return false
    }
    return true
  }

  /// Does what stands behind a job, up to the first that does not simply end: that one gets a turn of its own.
  private func runAhead(of job: Job) async -> [ErasedHandler.Done] {
    guard handler.runsAhead else { return [] }
    var done: [ErasedHandler.Done] = []
    for next in book.behind(job) {
      guard case .done(let effect) = await handler.run(next) else { break }
      done.append(ErasedHandler.Done(job: next, effect: effect))
    }
    return done
  }

  /// Takes what has run out of the queue, as much at once as has ended meanwhile. Whoever ends a job while nobody does
  /// this does it for all: no job waits for its own end.
  private func store(_ finished: Finished) async {
    unstored.append(finished)
    guard !isStoring else { return }
    isStoring = true
    // What has ended by now, and only waits to say so, goes along.
    await Task.yield()
    while !unstored.isEmpty {
      let batch = Array(unstored.prefix(configuration.batch))
      unstored.removeFirst(batch.count)
      do {
        let outcomes = try await completion(groups: batch.map { $0.group })
        for (finished, outcomes) in zip(batch, outcomes) { await settle(finished, outcomes) }
        goOn()
      } catch {
        await postpone(batch, error)
      }
    }
    isStoring = false
  }

  /// The first job of a conversation that is refused fails; those behind it run again.
  private func settle(_ finished: Finished, _ outcomes: [Completion.Outcome]) async {
    var accepted = 0
    var isOdd = false
    for (index, outcome) in outcomes.enumerated() {
      if case .refused = outcome { break }
      if case .discarded = outcome {
        await handler.discarded(finished.group[index])
        isOdd = true
      }
      accepted += 1
    }
    let head = finished.head
    switch outcomes[0] {
    case .refused(let error):
      // Stands beside the others' ends: they do not wait for this one's parking.
      Task {
        count(head, await fail(head, "\(error)"), finished.started)
        goOn()
      }
    case .applied, .discarded:
      if isOdd { book.distrust(head) } else { book.finished(head, and: accepted - 1) }
      count(head, outcomes[0].isApplied ? "done" : "discarded", finished.started)
    }
  }

  /// Nobody knows whether they are stored. They are tried again, save where the lane is somebody else's by now or the
  /// service stops: those stand in the table as they were, or are out of it.
  private func postpone(_ batch: [Finished], _ error: any Error) async {
    var kept: [Finished] = []
    for finished in batch {
      let head = finished.head
      if mayStillStore(head) {
        kept.append(finished)
        continue
      }
      for done in finished.group { await handler.discarded(done) }
      book.finished(head)
      count(head, "discarded", finished.started)
    }
    goOn()
    guard let head = kept.first?.head else { return }
    unstored = kept + unstored
    await pause(after: error, head)
  }

  private func fail(_ job: Job, _ error: String, pause: Duration = .zero, recording: [Statement] = []) async -> String {
    let attempts = job.attempts + 1
    guard attempts >= configuration.maximumAttempts else {
      let pause = max(pause, configuration.pause(afterAttempt: attempts))
      await park(job, .retry, for: pause, attempts: attempts, error: error, recheck: recording)
      return "failed"
    }
    return await bury(job, attempts: attempts, error, recording)
  }

  private func bury(_ job: Job, attempts: Int, _ error: String, _ recording: [Statement] = []) async -> String {
    let bury = statements.bury(job, attempts: attempts, error: error)
    let isHeld = await untilStored(job) { try await self.pool.run([bury] + recording)[0][0].bool("held") }
    configuration.onStep?(.buried)
    if isHeld == true { book.finished(job) } else { book.distrust(job) }
    return "dead"
  }

  private func park(
    _ job: Job, _ reason: ParkReason, for duration: Duration, attempts: Int, error: String?, recheck: [Statement]
  ) async {
    let ids = book.startParking(job)
    let park = statements.park(job, ids: ids, reason, for: duration, attempts: attempts, error: error)
    configuration.onStep?(.parking)
    let lock = recheck.isEmpty ? [] : [QueueStatements.lock([job.target])]
    let isHeld = await untilStored(job) {
      try await self.pool.run([.synchronousCommit(false)] + lock + [park] + recheck)[1 + lock.count][0].bool("held")
    }
    configuration.onStep?(.parked)
    if isHeld == true { book.parked(job) } else { book.distrust(job) }
    // It may be due already: what it waited for came while the parking was stored.
    doorbell.ring(.lanes([job.lane]))
    // The shortest waits end between two polls.
    guard duration < configuration.poll else { return }
    let doorbell = doorbell
    // Outlives the job on purpose: it only rings, and nobody waits for it.
    Task {
      try? await Task.sleep(for: duration)
      doorbell.ring(.everywhere)
    }
  }

  /// Tries until it is stored. Nil when the lane is somebody else's by then, or the service stops: the job stands in
  /// the table as it was.
  private func untilStored<Value: Sendable>(_ job: Job, _ store: @Sendable () async throws -> Value) async -> Value? {
    while true {
      do {
        return try await store()
      } catch {
        guard mayStillStore(job) else { return nil }
        await pause(after: error, job)
      }
    }
  }

  private func mayStillStore(_ job: Job) -> Bool {
    book.epoch(ofLane: job.lane) == job.epoch && !isStopping && !Task.isCancelled
  }

  private func pause(after error: any Error, _ job: Job) async {
    let isAway = (error as? PostgresError)?.isUnavailable ?? false
    if !isAway {
      logger.error(
        "a job's end could not be stored",
        metadata: ["queue": "\(configuration.queue)", "job.id": "\(job.id)", "error": "\(error)"])
    }
    try? await Task.sleep(for: isAway ? .milliseconds(200) : .seconds(5))
  }
}
