import JobQueue
import Postgres

/// One look at the queues.
struct StatusReport: Sendable {
  /// Jobs a second since the look before.
  struct Rate: Sendable {
    var into: Double
    var out: Double
  }

  var at: ContinuousClock.Instant
  var database: DatabaseFigures
  var queues: [QueueFigures]
  /// By queue; empty in a first look.
  var rates: [QueueName: Rate] = [:]

  static func read(
    _ names: [QueueName], on connection: PostgresConnection, after before: StatusReport?
  ) async throws -> StatusReport {
    let database = try await connection.withTransaction(isDurable: false) {
      try await DatabaseFigures.read(in: $0)
    }
    var queues: [QueueFigures] = []
    for name in names {
      let known = before?.queues.first { $0.queue == name }?.heads
      queues.append(
        try await connection.withTransaction(isDurable: false) {
          try await QueueFigures.read(name, from: known, in: $0)
        })
    }
    var report = StatusReport(at: .now, database: database, queues: queues)
    if let before { report.rates = report.rates(since: before) }
    return report
  }

  func rates(since before: StatusReport) -> [QueueName: Rate] {
    let seconds = (at - before.at) / .seconds(1)
    var rates: [QueueName: Rate] = [:]
    for figures in queues {
      guard let old = before.queues.first(where: { $0.queue == figures.queue }), seconds > 0 else { continue }
      // A crash of the server sets the statistics back to nothing.
      rates[figures.queue] = Rate(
        into: Double(max(0, figures.inserted - old.inserted)) / seconds,
        out: Double(max(0, figures.deleted - old.deleted)) / seconds)
    }
    return rates
  }
}
