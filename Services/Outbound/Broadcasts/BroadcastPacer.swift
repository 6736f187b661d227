import Logging
import Metrics
import Postgres
import ServiceLifecycle

/// Keeps broadcasts going: hands people's messages to the outbox at each broadcast's pace, ends the ones that are
/// through, and forgets old idempotency keys. Any number of processes may run one; each piece of work is done once.
struct BroadcastPacer: Service {
  let pool: PostgresPool
  /// Between two looks while a broadcast runs; each look hands on what its pace allows since the last.
  var tick = Duration.milliseconds(100)
  /// Between two looks while none runs, and between two looks for what has ended.
  var rest = Duration.seconds(1)
  let logger: Logger

  func run() async {
    await cancelWhenGracefulShutdown {
      var settled = ContinuousClock.now
      var forgot = ContinuousClock.now
      while !Task.isCancelled {
        var isRunning = false
        do {
          isRunning = try await feed()
          if settled.duration(to: .now) >= rest {
            settled = .now
            try await settle()
          }
          if forgot.duration(to: .now) >= .seconds(60) {
            forgot = .now
            try await forget()
          }
        } catch {
          // PostgreSQL is away: health tells of that, and the pace makes up for a second at most.
          logger.debug("broadcasts could not be looked at", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: isRunning ? tick : rest)
      }
    }
  }

  /// Whether a broadcast has people left whose turn has come.
  private func feed() async throws -> Bool {
    // A crash of PostgreSQL undoes a feed in whole: people, messages and outbox together.
    let row = try await pool.run([
      .synchronousCommit(false), Statement("broadcast.feed", "SELECT * FROM martlet.broadcast_feed()"),
    ])[1][0]
    Counter(label: "martlet_broadcast_messages_total").increment(by: try row.int("fed"))
    return try row.bool("is_running")
  }

  private func settle() async throws {
    let row = try await pool.run(
      Statement("broadcast.settle", "SELECT martlet.broadcast_settle() AS ended"))[0]
    let ended = try row.int("ended")
    if ended > 0 { logger.notice("broadcasts finished", metadata: ["count": "\(ended)"]) }
  }

  private func forget() async throws {
    try await pool.run(Statement("api.forget", "SELECT martlet.api_forget(10000)"))
  }
}
