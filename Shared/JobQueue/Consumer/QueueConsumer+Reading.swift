internal import Logging
internal import Postgres

/// From the table into the book.
extension QueueConsumer {
  /// Reads where there may be work, and says whether there is probably more at once.
  func read(_ wanted: Doorbell.Look) async -> Bool {
    var look = wanted
    // What there was no room for is looked at when half of what is held has been done.
    if book.loaded < configuration.loadLimit / 2 {
      look = look.joined(with: postponed)
      postponed = .nowhere
    }
    guard look != .nowhere, book.lanesHeld > 0 else { return false }
    guard book.loaded < configuration.loadLimit else {
      postponed = postponed.joined(with: look)
      return false
    }
    do {
      let isMore = try await readLanes(look)
      if isMore == isSleeping {
        try await setSleeping(!isMore)
        // A producer that commits from here on sees the flag; what it committed before, this read finds.
        if isSleeping { return try await readLanes(.everywhere) }
      }
      return isMore
    } catch {
      // It may have been said that this worker is awake, and the answer lost.
      isSleeping = false
      logger.debug("the queue could not be read", metadata: ["error": "\(error)"])
      postponed = .everywhere
      return false
    }
  }

  func setSleeping(_ value: Bool) async throws {
    try await pool.run([.synchronousCommit(false), statements.sleep(value)])
    isSleeping = value
    if value { configuration.onStep?(.sleeping) }
  }

  func readLanes(_ look: Doorbell.Look) async throws -> Bool {
    try await moveAside()
    guard let reading = book.startRead(look) else { return false }
    defer { book.endRead() }
    let asked = ContinuousClock.now
    let rows = try await pool.run(statements.read(reading))

    var read: [(job: Job, isParked: Bool)] = []
    var replay: [Job] = []
    var empty: [(lane: Int, epoch: Int64, conversation: Int64)] = []
    var dueRows = 0
    let columns = try JobColumns(rows)
    for row in rows {
      let isParked = try row.bool(columns.parked)
      let isDue = try row.bool(columns.due)
      if isDue { dueRows += 1 }
      if let job = try job(row, columns, reading, asked, isDue: isDue, stepsAside: isParked && !isDue) {
        if isDue { replay.append(job) } else { read.append((job, isParked)) }
      } else if isDue, try row.optionalInt(columns.id) == nil, let epoch = reading.epochs[try row.int(columns.lane)] {
        empty.append((try row.int(columns.lane), epoch, try row.int64(columns.conversation)))
      }
    }
    book.read(read)
    if !read.isEmpty { configuration.onStep?(.read) }
    try await moveAside()
    if !replay.isEmpty { configuration.onStep?(.replayed) }
    book.replay(replay)
    if !empty.isEmpty { try await pool.run([.synchronousCommit(false), statements.unpark(empty)]) }
    // A full lane has more to give, and so may a conversation whose parking just ended.
    let counts = read.reduce(into: [:]) { $0[$1.job.lane, default: 0] += 1 }
    return counts.values.contains { $0 >= OwnerStatements.jobsPerLane } || !empty.isEmpty
      || dueRows >= OwnerStatements.dueAtOnce
  }

  func moveAside() async throws {
    let jobs = book.takeAside()
    guard !jobs.isEmpty else { return }
    do {
      let rows = try await pool.run([.synchronousCommit(false), statements.moveAside(jobs)])[1]
      configuration.onStep?(.movedAside)
      let answered = Set(try rows.map { try $0.int64("id") })
      // The lane is not ours after all: what the row behind a parked one would do is not for us to say.
      for job in jobs where answered.contains(-job.id) { book.distrustLane(of: job) }
      book.readAfterAll(jobs.filter { !answered.contains($0.id) && !answered.contains(-$0.id) })
    } catch {
      book.putBack(jobs)
      throw error
    }
  }

  func job(
    _ row: Row, _ columns: JobColumns, _ reading: WorkBook.Reading, _ asked: ContinuousClock.Instant, isDue: Bool,
    stepsAside: Bool
  ) throws -> Job? {
    guard let id = try row.optionalInt(columns.id) else { return nil }
    let lane = try row.int(columns.lane)
    let waited = Duration.milliseconds(try row.int(columns.waited))
    guard let epoch = reading.epochs[lane], let held = lanes[lane], held.epoch == epoch else { return nil }
    let conversation = try row.int64(columns.conversation)
    let isSuspect =
      stepsAside ? false : lanes[lane]?.isSuspect(conversation: conversation, waited: waited, asked: asked) ?? false
    return Job(
      queue: configuration.queue, row: isDue ? -1 - lane : lane, epoch: epoch, id: Int64(id),
      conversation: conversation, pageID: try row.string(columns.page), person: try row.string(columns.person),
      kind: try row.string(columns.kind), version: try row.int(columns.version),
      attempts: try row.int(columns.attempts), trace: try row.optionalString(columns.trace), waited: waited,
      payload: try row.utf8(columns.payload),
      parkedFor: isDue ? (try row.optionalString(columns.reason)).flatMap(ParkReason.init) : nil,
      isSuspect: isSuspect, deadline: held.deadline)
  }
}
