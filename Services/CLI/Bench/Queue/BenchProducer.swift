import JobQueue
import Postgres
import SocketLoop
import Synchronization

/// Writes jobs as services do: the lanes' locks, then the jobs, in one transaction; who sleeps is woken behind it.
struct BenchProducer: Sendable {
  let setup: QueueBenchSetup
  let handler: BenchHandler

  /// What all producers of one load have written.
  final class Progress: Sendable {
    private let count = Atomic(0)

    var written: Int { count.load(ordering: .relaxed) }
    func add(_ jobs: Int) { count.add(jobs, ordering: .relaxed) }
  }

  /// Closed loop: batch after batch, all conversations in turn, until so many are written or the time has come.
  ///
  /// A conversation belongs to one producer, so that its jobs are numbered in the order they are written.
  func load(jobs: Int = .max, until deadline: ContinuousClock.Instant? = nil, backlog: Int) async throws -> Int {
    let progress = Progress()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for index in 0..<setup.producers {
        tasks.addTask {
          try await produce(index, jobs: jobs, until: deadline, backlog: backlog, progress)
        }
      }
      try await tasks.waitForAll()
    }
    return progress.written
  }

  private func produce(
    _ index: Int, jobs: Int, until deadline: ContinuousClock.Instant?, backlog: Int, _ progress: Progress
  ) async throws {
    let connection = try await PostgresConnection.connect(setup.postgres("producer"), on: SocketLoop())
    let conversations = stride(from: index, to: setup.keys, by: setup.producers).map { BenchConversation(key: $0) }
    let before = handler.done
    let share = jobs == .max ? jobs : (jobs * (index + 1)) / setup.producers - (jobs * index) / setup.producers
    var next = 0
    // The next batch is made while the one before it is written, as a service does that reads requests meanwhile.
    var writing: Task<Void, any Error>?
    while next < share, deadline.map({ ContinuousClock.now < $0 }) ?? true {
      // Waits for room: the closed loop's brake, long before the line is empty.
      while progress.written - (handler.done - before) > backlog { try await Task.sleep(for: .milliseconds(1)) }
      let count = min(setup.batch, share - next, conversations.count)
      let time = handler.clock.now
      let batch = (next..<next + count).map { number in
        conversations[number % conversations.count].job(number: number / conversations.count, time: time)
      }
      let exchange = Self.exchange(batch, isDurable: setup.isDurable)
      try await writing?.value
      writing = Task {
        try await connection.run(exchange.statements, followUp: exchange.followUp)
        progress.add(count)
      }
      next += count
    }
    try await writing?.value
    await connection.close()
  }

  static func write(_ jobs: [NewJob], isDurable: Bool, on connection: PostgresConnection) async throws {
    let exchange = exchange(jobs, isDurable: isDurable)
    try await connection.run(exchange.statements, followUp: exchange.followUp)
  }

  private static func exchange(
    _ jobs: [NewJob], isDurable: Bool
  ) -> (statements: [Statement], followUp: [Statement]) {
    let targets = jobs.map { $0.target }
    return (
      [.synchronousCommit(isDurable), QueueStatements.lock(targets)] + QueueStatements.put(jobs),
      QueueStatements.notify(targets)
    )
  }

  /// Open loop: one job every `1 / rate` seconds whatever happens, each in a transaction of its own.
  func pace(jobs: Int, isDurable: Bool) async throws {
    let loop = SocketLoop()
    let pool = PostgresPool(setup.postgres("producer"), limit: 8, leaseTimeout: .seconds(30), on: loop)
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for number in 0..<jobs {
        // The open loop's pace.
        try await Task.sleep(until: start + .seconds(Double(number) / Double(setup.rate)), clock: .continuous)
        let job = BenchConversation(key: number % setup.keys, queue: setup.queue)
          .job(number: number / setup.keys, time: handler.clock.now)
        tasks.addTask {
          try await pool.withConnection { try await Self.write([job], isDurable: isDurable, on: $0) }
        }
      }
      try await tasks.waitForAll()
    }
    await pool.drain()
  }
}
