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
}
