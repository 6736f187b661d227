internal import Logging
internal import Postgres

/// One job, and what becomes of it.
extension QueueConsumer {
  /// Away from the actor until the job has run: it is asked once a job, not thrice.
  nonisolated func execute(_ job: Job) async {
    let started = ContinuousClock.now
    if job.isSuspect {
      guard await mayRun(job) else { return }
    }
    configuration.onStep?(.started)
    let verdict = await handler.run(job)
    configuration.onStep?(.ran)
    await ran(job, verdict, started)
  }

  func ran(_ job: Job, _ verdict: Verdict<any Sendable>, _ started: ContinuousClock.Instant) async {
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

  func count(_ job: Job, _ outcome: String, _ started: ContinuousClock.Instant) {
    meters.ended(outcome, waited: job.waited, ran: started.duration(to: .now), running: book.running)
  }

  /// Something has ended, so that something else may start.
  func goOn() {
    doorbell.ring(.nowhere)
    if !book.lanesToGiveBack().isEmpty { renewals.ring() }
  }

  /// A job that may be what ended its earlier workers is counted before it runs, and buried when it has had its turns.
  func mayRun(_ job: Job) async -> Bool {
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
      goOn()
      return false
    }
    return true
  }

  /// Does what stands behind a job, up to the first that does not simply end: that one gets a turn of its own.
  func runAhead(of job: Job) async -> [ErasedHandler.Done] {
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
  func store(_ finished: Finished) async {
    unstored.append(finished)
    guard !isStoring else { return }
    isStoring = true
    // What has ended by now, and only waits to say so, goes along.
    await Task.yield()
    while !unstored.isEmpty {
      var (groups, jobs) = (0, 0)
      while groups < unstored.count, jobs < configuration.batch {
        jobs += unstored[groups].group.count
        groups += 1
      }
      let batch = Array(unstored.prefix(groups))
      unstored.removeFirst(batch.count)
      do {
        let outcomes = try await completion(groups: batch.map { $0.group })
        for (finished, outcomes) in zip(batch, outcomes) { settle(finished, outcomes) }
        goOn()
      } catch {
        await postpone(batch, error)
      }
    }
    isStoring = false
  }

  /// The first job of a conversation that is refused fails; those behind it run again.
  func settle(_ finished: Finished, _ outcomes: [Completion.Outcome]) {
    var accepted = 0
    var discarded: [ErasedHandler.Done] = []
    for (index, outcome) in outcomes.enumerated() {
      if case .refused = outcome { break }
      if case .discarded = outcome { discarded.append(finished.group[index]) }
      accepted += 1
    }
    discard(discarded)
    let head = finished.head
    switch outcomes[0] {
    case .refused(let error):
      // What the world has done is written down; the job is tried again and finds it.
      discard([finished.group[0]])
      // Stands beside the others' ends: they do not wait for this one's parking.
      Task {
        count(head, await fail(head, "\(error)"), finished.started)
        goOn()
      }
    case .applied, .discarded:
      if discarded.isEmpty { book.finished(head, and: accepted - 1) } else { book.distrust(head) }
      for (done, outcome) in zip(finished.group, outcomes.prefix(accepted)) {
        count(done.job, outcome.isApplied ? "done" : "discarded", finished.started)
      }
    }
  }

  /// Lets the handler record what the world has done. That may take a while, and the others' ends do not wait for it;
  /// only the end of the service does.
  func discard(_ done: [ErasedHandler.Done]) {
    guard !done.isEmpty else { return }
    discarding += 1
    Task {
      for done in done { await handler.discarded(done) }
      discarding -= 1
    }
  }

  /// Nobody knows whether they are stored. They are tried again, save where the lane is somebody else's by now or the
  /// service stops: those stand in the table as they were, or are out of it.
  func postpone(_ batch: [Finished], _ error: any Error) async {
    var kept: [Finished] = []
    for finished in batch {
      let head = finished.head
      if mayStillStore(head) {
        kept.append(finished)
        continue
      }
      discard(finished.group)
      book.finished(head)
      count(head, "discarded", finished.started)
    }
    goOn()
    guard let head = kept.first?.head else { return }
    unstored = kept + unstored
    await pause(after: error, head)
  }

  func fail(_ job: Job, _ error: String, pause: Duration = .zero, recording: [Statement] = []) async -> String {
    let attempts = job.attempts + 1
    guard attempts >= configuration.maximumAttempts else {
      let pause = max(pause, configuration.pause(afterAttempt: attempts))
      await park(job, .retry, for: pause, attempts: attempts, error: error, recheck: recording)
      return "failed"
    }
    return await bury(job, attempts: attempts, error, recording)
  }

  func bury(_ job: Job, attempts: Int, _ error: String, _ recording: [Statement] = []) async -> String {
    let bury = statements.bury(job, attempts: attempts, error: error)
    let isHeld = await untilStored(job) { try await self.pool.run([bury] + recording)[0][0].bool("held") }
    configuration.onStep?(.buried)
    if isHeld == true { book.finished(job) } else { book.distrust(job) }
    return "dead"
  }

  func park(
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
  func untilStored<Value: Sendable>(_ job: Job, _ store: @Sendable () async throws -> Value) async -> Value? {
    while true {
      do {
        return try await store()
      } catch {
        guard mayStillStore(job) else { return nil }
        await pause(after: error, job)
      }
    }
  }

  func mayStillStore(_ job: Job) -> Bool {
    book.epoch(ofLane: job.lane) == job.epoch && !isStopping && !Task.isCancelled
  }

  func pause(after error: any Error, _ job: Job) async {
    let isAway = (error as? PostgresError)?.isUnavailable ?? false
    if !isAway {
      logger.error(
        "a job's end could not be stored",
        metadata: ["queue": "\(configuration.queue)", "job.id": "\(job.id)", "error": "\(error)"])
    }
    try? await Task.sleep(for: isAway ? .milliseconds(200) : .seconds(5))
  }
}
