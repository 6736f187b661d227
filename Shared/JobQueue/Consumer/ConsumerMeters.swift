internal import Metrics
internal import Synchronization

/// What a consumer tells of its work. The meters are made once: looking one up by its labels costs more than using it.
struct ConsumerMeters: Sendable {
  private final class Outcomes: Sendable {
    let counters = Mutex<[String: Counter]>([:])
  }

  private let queue: (String, String)
  private let waits: Timer
  private let runs: Timer
  private let inFlight: Gauge
  private let lanes: Gauge
  private let outcomes = Outcomes()

  init(_ name: QueueName) {
    queue = ("queue", name.rawValue)
    waits = Timer(label: "martlet_job_wait_seconds", dimensions: [queue])
    runs = Timer(label: "martlet_job_run_seconds", dimensions: [queue])
    inFlight = Gauge(label: "martlet_jobs_in_flight", dimensions: [queue])
    lanes = Gauge(label: "martlet_lanes_held", dimensions: [queue])
  }

  /// - Parameter outcome: One of the few words that the consumer uses.
  func ended(_ outcome: String, waited: Duration, ran: Duration, running: Int) {
    waits.recordNanoseconds(Int64(waited / .nanoseconds(1)))
    runs.recordNanoseconds(Int64(ran / .nanoseconds(1)))
    inFlight.record(running)
    let counter = outcomes.counters.withLock { counters in
      if let counter = counters[outcome] { return counter }
      let counter = Counter(label: "martlet_jobs_total", dimensions: [queue, ("outcome", outcome)])
      counters[outcome] = counter
      return counter
    }
    counter.increment()
  }

  func holds(lanes count: Int) { lanes.record(count) }
}
