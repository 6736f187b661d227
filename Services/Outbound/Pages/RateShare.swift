import GraphAPI
import Logging
import Metrics
import Postgres
import ServiceLifecycle

/// Tells the rates how many workers share a page's limits, and shows how many pages go slower than they might.
struct RateShare: Service {
  let rates: PageRates
  let pool: PostgresPool
  /// This process among the workers of the queue.
  let worker: String
  /// How often is looked: no longer than a lease's renewal, so that a worker that joins is soon counted.
  let pause: Duration
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          rates.share(among: try await liveWorkers())
        } catch {
          // Whoever was counted last still counts; without PostgreSQL nothing is sent anyway.
          logger.debug("the workers could not be counted", metadata: ["error": "\(error)"])
        }
        show()
        try? await Task.sleep(for: pause)
      }
    }
  }

  /// This one included, which may not have registered yet.
  private func liveWorkers() async throws -> Int {
    let rows = try await pool.run(
      Statement(
        "rates.workers",
        """
        SELECT 1 + count(*) AS workers FROM martlet.queue_worker w
        WHERE w.queue = 'send' AND w.worker <> $1::uuid AND w.seen > clock_timestamp() - w.ttl
        """,
        [.text(worker)]))
    return try rows[0].int("workers")
  }

  private func show() {
    let slowed = rates.slowed()
    Gauge(label: "martlet_pages_slowed", dimensions: [("how", "paused")]).record(slowed.paused)
    Gauge(label: "martlet_pages_slowed", dimensions: [("how", "slower")]).record(slowed.slower)
  }
}
