package import Logging
package import Postgres
internal import ServiceLifecycle
internal import Synchronization

/// Runs the jobs of one queue: owns lanes, reads them in order, completes what has finished, parks what cannot go on.
///
/// Any number of processes may run one for the same queue; they share the lanes. Its `run()` ends on graceful
/// shutdown, after running jobs had their time, with its lanes given back.
///
/// It lives on the loop of its connections: what they answer is taken up where it arrived, without a change of threads.
/// Handlers run on the cooperative pool.
package actor QueueConsumer: Service {
  package nonisolated var unownedExecutor: UnownedSerialExecutor { pool.loop.asUnownedSerialExecutor() }

  let configuration: ConsumerConfiguration
  let handler: ErasedHandler
  let pool: PostgresPool
  /// For renewals, which must not wait behind the work.
  let leases: PostgresPool
  let logger: Logger
  let statements: OwnerStatements
  let completion: Completion
  let deadline = LeaseDeadline()
  var lanes: [Int: HeldLane] = [:]
  nonisolated let renewals = Bell()
  var isPaused = false
  let meters: ConsumerMeters
  nonisolated let doorbell: Doorbell
  nonisolated let statusBox = Mutex(Status())

  var book = WorkBook()
  var isSleeping = false
  /// Where work may be that there was no room for.
  var postponed = Doorbell.Look.nowhere
  var isStopping = false
  /// What has run and is still in the table.
  var unstored: [Finished] = []
  var isStoring = false
  /// Handlers that still record what became of jobs that were no longer ours.
  var discarding = 0

  /// Jobs of one conversation that were done in one go, and when the first of them began.
  struct Finished {
    let group: [ErasedHandler.Done]
    var head: Job { group[0].job }
    let started: ContinuousClock.Instant
  }

  /// What goes with a lane under one epoch.
  struct HeldLane {
    let epoch: Int64
    let deadline: LeaseDeadline
    /// Since when, where a head that stood in it by then may be what ended its earlier owners.
    let suspectSince: ContinuousClock.Instant?
    /// The conversations whose heads have been seen; nothing behind a head was running.
    var headsSeen: Set<Int64> = []

    /// Whether this job, the next of its conversation, is one of those heads. True once a conversation.
    ///
    /// - Parameters:
    ///   - waited: In whole milliseconds, by the database's clock when it read.
    ///   - asked: When the read left, which was before. A job that came in between counts as one that stood there, never
    ///     the other way about.
    mutating func isSuspect(conversation: Int64, waited: Duration, asked: ContinuousClock.Instant) -> Bool {
      guard let suspectSince, waited + .milliseconds(1) >= suspectSince.duration(to: asked) else { return false }
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

  /// - Parameter leases: Where leases are renewed; a pool of its own keeps them while the work holds every connection.
  package init(
    _ configuration: ConsumerConfiguration, handler: some JobHandler, pool: PostgresPool,
    leases: PostgresPool? = nil, worker: String, logger: Logger
  ) {
    let handler = ErasedHandler(handler)
    self.configuration = configuration
    self.handler = handler
    self.pool = pool
    self.leases = leases ?? pool
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
  /// - Parameter lanes: Where, as a notification names it: `3,17`; everywhere when it is empty. `lease` asks for a
  ///   renewal. Nil says that nothing could be heard for a while, so that either may have been missed.
  package nonisolated func wake(lanes: String? = nil) {
    if lanes == nil || lanes == "lease" { renewals.ring() }
    guard lanes != "lease" else { return }
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
    // What Meta has answered is worth a moment more.
    let limit = ContinuousClock.now + .seconds(2)
    while discarding > 0, .now < limit, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(10)) }
    await leave()
  }

  // MARK: The loop

  func work() async {
    await withDiscardingTaskGroup { group in
      for await _ in doorbell.rings {
        var look = doorbell.answer()
        while !doorbell.isClosed {
          let isMore = await read(look)
          // The reads that began before a lane was to be given back have ended now.
          if !book.lanesToGiveBack().isEmpty { renewals.ring() }
          while book.running < configuration.concurrency, !isPaused, deadline.isAhead, let job = book.next() {
            if handler.isInstant {
              group.addImmediateTask { await self.execute(job) }
            } else {
              group.addTask { await self.execute(job) }
            }
          }
          guard isMore else { break }
          look = .everywhere
        }
      }
      isStopping = true
      // Running jobs get their time; a job that was not started stays in the table.
      let limit = ContinuousClock.now + configuration.drain
      while book.running + discarding > 0, .now < limit, !Task.isCancelled {
        try? await Task.sleep(for: .milliseconds(10))
      }
      group.cancelAll()
    }
  }
}
