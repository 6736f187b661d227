import Cryptography
import JobQueue
import Logging
import Postgres
import ServiceLifecycle
import SocketLoop

/// The queue's consumers as services run them, each with a loop, a pool and an ear of its own; all in this process.
struct BenchWorkers: Sendable {
  let setup: QueueBenchSetup
  let handler: BenchHandler

  /// Runs them beside `body` and ends them as SIGTERM would.
  ///
  /// - Parameter evenly: Whether to wait until each holds its fair share of the lanes.
  func during<Value: Sendable>(
    evenly: Bool = true, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    let logger = Logger(label: "martlet.bench") { _ in SwiftLogNoOpLogHandler() }
    let workers = (0..<setup.workers).map { _ in Worker(setup, handler, logger) }
    let services = workers.flatMap { [$0.consumer as any Service, $0.listener] }
    let group = ServiceGroup(
      configuration: .init(services: services.map { .init(service: $0) }, logger: logger))
    return try await withThrowingTaskGroup(of: Value?.self) { tasks in
      tasks.addTask {
        try await group.run()
        return nil
      }
      tasks.addTask {
        if evenly { try await untilShared(workers) }
        return try await body()
      }
      do {
        while let ended = try await tasks.next() {
          guard let value = ended else { continue }
          await group.triggerGracefulShutdown()
          try await tasks.waitForAll()
          for worker in workers { await worker.pool.drain() }
          return value
        }
        throw ToolError(code: .bench, doing: "keep the workers running", cause: "they ended by themselves")
      } catch {
        await group.triggerGracefulShutdown()
        throw error
      }
    }
  }

  /// The first to come holds every lane at first. Asked again and again, because this is before anything is measured.
  private func untilShared(_ workers: [Worker]) async throws {
    let share = (64 + setup.workers - 1) / setup.workers
    let limit = ContinuousClock.now + .seconds(30)
    while ContinuousClock.now < limit {
      let lanes = workers.map { $0.consumer.status.lanes }
      if lanes.reduce(0, +) == 64, lanes.allSatisfy({ $0 <= share }) { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    throw ToolError(
      code: .bench, doing: "share the lanes among the workers", cause: "they are not shared after 30 s",
      remedy: "stop other workers of this database")
  }

  private struct Worker {
    let loop = SocketLoop()
    let pool: PostgresPool
    let consumer: QueueConsumer
    let listener: PostgresListener

    init(_ setup: QueueBenchSetup, _ handler: BenchHandler, _ logger: Logger) {
      pool = PostgresPool(setup.postgres("worker"), limit: 8, leaseTimeout: .seconds(30), on: loop)
      var configuration = ConsumerConfiguration(queue: setup.queue, batch: setup.batch)
      configuration.isDurable = setup.isDurable
      let consumer = QueueConsumer(configuration, handler: handler, pool: pool, worker: randomID(), logger: logger)
      self.consumer = consumer
      listener = PostgresListener(
        setup.postgres("listener"), channels: ["martlet_\(setup.queue.rawValue)"], on: loop, logger: logger
      ) { event in
        switch event {
        case .listening: consumer.wake()
        case .notification(_, let lanes): consumer.wake(lanes: lanes)
        }
      }
    }
  }
}
