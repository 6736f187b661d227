import JobQueue
import Postgres

/// One bench's size and terms; the same for the queue, its ceiling and a rival.
struct QueueBenchSetup: Sendable {
  var databaseURL: String
  var jobs: Int
  /// Conversations.
  var keys: Int
  /// Jobs a transaction, written and taken out.
  var batch: Int
  var workers: Int
  var producers: Int
  /// Whether every commit waits for the disk.
  var isDurable: Bool
  /// Producers wait while more jobs than this stand in line.
  var backlog: Int
  var runsAhead: Bool
  /// The length of what is measured by time.
  var span: Duration
  /// Enqueues per second of the open loop.
  var rate: Int

  /// Which queue the workers serve; `bulk` alone needs another one.
  var queue = QueueName.understand

  static let table = "martlet.queue_understand"

  /// A worker reads while it completes.
  static let connectionsPerWorker = 2

  var connections: Int { producers + workers * Self.connectionsPerWorker }

  func postgres(_ role: String) -> PostgresConfiguration {
    PostgresConfiguration(
      url: databaseURL, applicationName: "martlet bench \(role)", statementTimeout: .seconds(120))
  }
}

/// A conversation of the bench: number `key` of all, on one page.
struct BenchConversation: Sendable {
  let key: Int
  var queue = QueueName.understand

  static let pageID = "101"

  var person: String { "70000000\(key)" }
  var target: QueueTarget { QueueTarget(queue, pageID: Self.pageID, person: person) }

  /// About 330 bytes as `jsonb` writes it, like a webhook event: the conversation, which of its jobs, and when it was
  /// written in microseconds of the bench's clock.
  func payload(number: Int, time: Int64) -> String {
    "{\"k\": \(key), \"n\": \(number), \"t\": \(time), \"x\": \"\(Self.filling)\"}"
  }

  func job(number: Int, time: Int64, kind: String = "bench") -> NewJob {
    NewJob(target, kind: kind, version: 1, trace: nil, payload: payload(number: number, time: time))
  }

  private static let filling = String(repeating: "0123456789abcdef", count: 18)
}
