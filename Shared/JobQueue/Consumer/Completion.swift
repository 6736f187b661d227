internal import Postgres

/// Takes finished jobs out of a queue and applies their effects: whatever has finished goes into one transaction.
///
/// Effects are applied only for the jobs that the delete gave back. One that did not come back was erased, dropped by
/// an operator or taken over: what was made of it is discarded.
struct Completion: Sendable {
  typealias Done = ErasedHandler.Done

  let pool: PostgresPool
  let handler: ErasedHandler
  let statements: OwnerStatements
  let isDurable: Bool
  let onStep: (@Sendable (ConsumerStep) -> Void)?

  enum Outcome: Sendable {
    case applied
    /// The job was no longer ours to finish: what was made of it counts for nothing.
    case discarded
    /// PostgreSQL refused the effect; the job still stands in the queue.
    case refused(PostgresError)

    var isApplied: Bool { if case .applied = self { true } else { false } }
  }

  /// Throws when PostgreSQL is out of reach; whether the batch took effect is open then, and trying again tells.
  ///
  /// - Parameter groups: What belongs to one conversation each, in order.
  func callAsFunction(groups: [[Done]]) async throws -> [[Outcome]] {
    do {
      let batch = groups.flatMap { $0 }
      let epochs = epochsOfRepeated(batch)
      let isLatest = { (job: Job) in epochs.isEmpty || epochs[job.id] == job.epoch }
      let finished = try await commit(epochs.isEmpty ? batch : batch.filter { isLatest($0.job) })
      return groups.map {
        $0.map { finished.contains($0.job.id) && isLatest($0.job) ? .applied : .discarded }
      }
    } catch let error as PostgresError where !error.isUnavailable {
      // One effect that PostgreSQL refuses must not hold up its neighbours.
      if groups.count == 1, groups[0].count == 1 { return [[.refused(error)]] }
      var outcomes: [[Outcome]] = []
      for group in groups { outcomes.append(try await oneByOne(group)) }
      return outcomes
    }
  }

  /// In order, up to the first that is refused.
  private func oneByOne(_ group: [Done]) async throws -> [Outcome] {
    var outcomes: [Outcome] = []
    for done in group {
      outcomes += try await callAsFunction(groups: [[done]])[0]
      if case .refused = outcomes.last { break }
    }
    return outcomes
  }

  /// The latest epoch of each job, if any is in the batch twice: after a crash of PostgreSQL a job runs again while what
  /// was begun before has not ended. PostgreSQL names only the id of what it takes out, which must not stand for both.
  private func epochsOfRepeated(_ batch: [Done]) -> [Int64: Int64] {
    var ids = Set<Int64>(minimumCapacity: batch.count)
    guard !batch.allSatisfy({ ids.insert($0.job.id).inserted }) else { return [:] }
    return Dictionary(batch.map { ($0.job.id, $0.job.epoch) }, uniquingKeysWith: max)
  }

  private func commit(_ batch: [Done]) async throws -> Set<Int64> {
    var targets: Set<QueueTarget> = []
    for done in batch { targets.formUnion(handler.targets(done)) }
    let (all, jobs) = (targets, batch.map { $0.job })
    let finished = try await pool.withTransaction(isDurable: isDurable) { transaction in
      let lock = all.isEmpty ? [] : [QueueStatements.lock(all)]
      let rows = try await transaction.run(lock + [statements.finish(jobs)])
      let finished = try ids(of: rows.last!)
      let applied = batch.filter { finished.contains($0.job.id) }
      let effects = handler.statements(applied)
      if let onStep, !applied.isEmpty {
        // Effects go with the commit; a test that ends the process between the two needs them to stand apart.
        try await transaction.run(effects)
        onStep(.finishing)
      } else {
        transaction.atCommit(effects)
      }
      if !all.isEmpty, handler.wakesTargets { transaction.afterCommit(QueueStatements.notify(all)) }
      return finished
    }
    if !finished.isEmpty { onStep?(.finished) }
    return finished
  }

  private func ids(of rows: Rows) throws -> Set<Int64> {
    let column = try rows.column("id")
    var ids = Set<Int64>(minimumCapacity: rows.count)
    for row in rows { ids.insert(try row.int64(column)) }
    return ids
  }
}
