/// The statements in flight on one pipelined connection: decides which result belongs to whom. No I/O.
///
/// An exchange is a run of statements closed by one Sync: PostgreSQL runs it as one transaction unless it opens or
/// ends one itself, and after an error skips the rest of it, but not the next exchange (libpq, "Pipeline Mode").
struct ExchangeQueue<Result, Waiter> {
  struct Exchange {
    let operations: [String]
    let sentAt: ContinuousClock.Instant
    let waiter: Waiter
    var results: [Result] = []
    var finished = 0
    var error: PostgresError?
  }

  enum Action {
    case none
    case succeed(Waiter, [Result])
    case fail(Waiter, PostgresError)
  }

  private var exchanges: [Exchange] = []
  private var head = 0

  var isEmpty: Bool { head == exchanges.count }

  /// When the oldest exchange was sent.
  var oldest: ContinuousClock.Instant? { isEmpty ? nil : exchanges[head].sentAt }

  /// What the statement is called that the next result belongs to.
  var operation: String {
    guard !isEmpty else { return "idle" }
    let exchange = exchanges[head]
    return exchange.operations[min(exchange.finished, exchange.operations.count - 1)]
  }

  mutating func sent(_ operations: [String], at time: ContinuousClock.Instant, waiter: Waiter) {
    exchanges.append(Exchange(operations: operations, sentAt: time, waiter: waiter))
  }

  mutating func received(_ result: Result) {
    guard !isEmpty else { return }
    exchanges[head].results.append(result)
  }

  /// The first error of an exchange is the one that counts; what follows was only skipped.
  mutating func received(_ error: PostgresError) {
    guard !isEmpty, exchanges[head].error == nil else { return }
    exchanges[head].error = error
  }

  mutating func statementEnded() {
    guard !isEmpty else { return }
    exchanges[head].finished += 1
  }

  mutating func synced() -> Action {
    guard !isEmpty else { return .none }
    let exchange = exchanges[head]
    head += 1
    if head == exchanges.count || head > 64 {
      exchanges.removeFirst(head)
      head = 0
    }
    if let error = exchange.error { return .fail(exchange.waiter, error) }
    return .succeed(exchange.waiter, exchange.results)
  }

  /// The connection is gone: everyone who waits, with the error that was already known for the first.
  mutating func failAll(_ error: PostgresError) -> [(Waiter, PostgresError)] {
    defer {
      exchanges = []
      head = 0
    }
    return exchanges[head...].map { ($0.waiter, $0.error ?? error) }
  }
}
