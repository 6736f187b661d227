import Cryptography
import JobQueue
import Postgres
import Synchronization

/// Puts batches of jobs into the queue as ingress does: lane locks first, one durable transaction, then a notification.
/// What was put in is written down in the same transaction.
struct ChaosProducer: Sendable {
  /// What all producers of a run have in common.
  final class Tally: Sendable {
    struct Counts: Sendable {
      var jobs = 0
      var acting = 0
      var commits = 0
      /// Transactions that ended without an answer, or in an error.
      var broken = 0
      /// Of those, the ones that had taken effect.
      var landed = 0
      var clashes = 0
    }

    private let counts = Mutex(Counts())
    private let paused = Mutex(false)

    var value: Counts { counts.withLock { $0 } }
    var isPaused: Bool {
      get { paused.withLock { $0 } }
      set { paused.withLock { $0 = newValue } }
    }

    func change(_ body: (inout Counts) -> Void) { counts.withLock { body(&$0) } }
  }

  let route: ChaosRoute
  let world: OutsideWorld
  let tally: Tally
  let conversations: Int
  /// So many jobs may wait before producers slow down.
  let backlog: Int

  func run(_ random: SeededRandom) async {
    var random = random
    while !Task.isCancelled {
      guard !tally.isPaused else {
        try? await Task.sleep(for: .milliseconds(20))
        continue
      }
      let isSlow = random.oneIn(25) || tally.value.acting - world.heard.jobs > backlog
      var batch: [(person: String, moods: [ChaosJob.Mood])] = []
      for person in Set((0..<(isSlow ? 1 : 6)).map { _ in Int.random(in: 0..<conversations, using: &random) }).sorted()
      {
        batch.append(("c\(person)", (0..<Int.random(in: 1...3, using: &random)).map { _ in mood(&random) }))
      }
      await put(batch, holding: isSlow ? random.milliseconds(100...1500) : nil)
      try? await Task.sleep(for: random.milliseconds(5...60))
    }
  }

  private func mood(_ random: inout SeededRandom) -> ChaosJob.Mood {
    switch Int.random(in: 0..<1000, using: &random) {
    case ..<700: .plain
    case ..<780: .flaky
    case ..<840: .delayed
    case ..<890: .profile
    case ..<910: .slow
    case ..<935: .lingering
    case ..<945: .doomed
    case ..<999: .plain
    default: .long
    }
  }

  /// Returns when the batch is known to be in the queue, once; or when the task is cancelled.
  ///
  /// - Parameter pause: How long the transaction stays open before its commit, locks in hand.
  func put(_ batch: [(person: String, moods: [ChaosJob.Mood])], holding pause: Duration? = nil) async {
    let id = randomID()
    let jobs = batch.flatMap(\.moods)
    while !Task.isCancelled {
      do {
        try await commit(batch, id, pause)
        tally.change { $0.commits += 1 }
        break
      } catch {
        if (error as? PostgresError)?.sqlState == "23505" { tally.change { $0.clashes += 1 } }
        guard await hasLanded(batch.map(\.person), id) else { continue }
        tally.change { $0.landed += 1 }
        break
      }
    }
    tally.change {
      $0.jobs += jobs.count
      $0.acting += jobs.count { $0 != .doomed }
    }
  }

  private func commit(_ batch: [(person: String, moods: [ChaosJob.Mood])], _ id: String, _ pause: Duration?)
    async throws
  {
    let targets = batch.map { ChaosJob.target($0.person) }
    try await route.pool.withTransaction(isDurable: true) { transaction in
      let rows = try await transaction.run([
        QueueStatements.lock(targets), OracleTables.lastNumbers(batch.map(\.person)),
      ])[1]
      let last = Dictionary(uniqueKeysWithValues: try rows.map { (try $0.string("person"), try $0.int("last")) })
      let jobs = batch.flatMap { person, moods in
        moods.enumerated().map {
          (person, ChaosJob(number: last[person, default: 0] + 1 + $0.offset, mood: $0.element))
        }
      }
      try await transaction.run(
        QueueStatements.put(jobs.map { $0.1.newJob(for: $0.0) }) + [OracleTables.sent(jobs, batch: id)])
      if let pause { try await Task.sleep(for: pause) }
      if route.notifies { transaction.afterCommit(QueueStatements.notify(targets)) }
    }
  }

  /// Whether a commit whose answer never came took effect: asked under the same locks, so that it has ended by then.
  private func hasLanded(_ persons: [String], _ id: String) async -> Bool {
    tally.change { $0.broken += 1 }
    while !Task.isCancelled {
      if let rows = try? await route.direct.run([
        QueueStatements.lock(persons.map { ChaosJob.target($0) }), OracleTables.landed(id),
      ]) {
        return rows[1].count > 0
      }
      try? await Task.sleep(for: .milliseconds(100))
    }
    return false
  }
}

/// Ends the waits that workers ask about, a little later, as identity does when a profile has come.
struct ChaosWaker: Sendable {
  let route: ChaosRoute
  let world: OutsideWorld

  func run() async {
    await withDiscardingTaskGroup { group in
      for await ask in world.asks {
        group.addTask { await answer(ask) }
      }
    }
  }

  private func answer(_ ask: OutsideWorld.Ask) async {
    try? await Task.sleep(for: .milliseconds(Int.random(in: 0...300)))
    let target = ChaosJob.target(ask.person)
    let statements = [
      .synchronousCommit(true), QueueStatements.lock([target]), OracleTables.know(ask.person, ask.number),
      QueueStatements.wake(.understand, .profile, [target]),
    ]
    while !Task.isCancelled {
      let notify = route.notifies ? QueueStatements.notify([target]) : []
      let isStored = try? await route.pool.withConnection { connection in
        try await connection.run(statements, followUp: notify)
        return true
      }
      if isStored != nil { return }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}
