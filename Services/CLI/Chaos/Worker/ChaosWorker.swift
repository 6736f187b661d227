import ArgumentParser
import Cryptography
import Glibc
import JobQueue
import Logging
import Postgres
import ServiceKit
import SocketLoop

/// One worker of the chaos suite, started and ended by `martlet chaos`.
struct ChaosWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "One worker, as the suite starts it.", shouldDisplay: false)

  /// Short, so that a minute sees many takeovers.
  static let lease = Duration.seconds(2)

  @Option var slot: Int
  @Option var database: String
  @Option var listen: String
  @Option var outside: String
  @Option var calm: String
  @Option var dieAt: String
  @Option var dieAfter: Int
  @Flag var pooled = false

  func run() async throws {
    let line = try OutsideLine(to: outside, slot: slot)
    line.say("hello \(time(nil))")
    let steps = Set(dieAt.split(separator: ",").compactMap { ConsumerStep(rawValue: String($0)) })
    let death = ChaosDeath(at: steps, after: .milliseconds(dieAfter), unless: [calm, "\(calm).\(slot)"], line: line)

    let loop = SocketLoop()
    let pool = PostgresPool(
      PostgresConfiguration(
        url: database, applicationName: "chaos worker", statementTimeout: .seconds(5), preparesStatements: !pooled),
      on: loop)
    var configuration = ConsumerConfiguration(
      queue: .understand, lease: Self.lease, loadLimit: 1024, batch: 50, maximumAttempts: 30,
      firstPause: .milliseconds(5), longestPause: .milliseconds(60), drain: .seconds(2))
    configuration.onStep = { death.reached($0) }

    var logger = Logger(label: "chaos") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .error
    let worker = randomID()
    let consumer = QueueConsumer(
      configuration, handler: ChaosHandler(slot: slot, worker: worker, line: line, pool: pool), pool: pool,
      worker: worker,
      logger: logger)
    let listener = PostgresListener(
      PostgresConfiguration(url: listen, applicationName: "chaos listener"), channels: ["martlet_understand"], on: loop,
      logger: logger
    ) { event in
      switch event {
      case .listening:
        line.say("listening")
        consumer.wake()
      case .notification(_, let lanes): consumer.wake(lanes: lanes)
      }
    }
    try await runServices([listener, consumer], logger: logger)
  }
}
