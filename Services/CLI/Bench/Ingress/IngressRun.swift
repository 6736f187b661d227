import JSON

/// What one load found.
struct IngressRun: Sendable {
  /// "events_50", "open_1", "bare".
  let name: String
  let title: String
  var eventsPerRequest: Int
  var requests = 0
  var time = Duration.zero
  /// Requests a second that were offered; nil in the closed loop.
  var offeredPerSecond: Double?
  var latencies: [Int32] = []
  /// Requests that were not answered 200.
  var refused = 0
  /// Connections that ended under a request.
  var broken = 0
  /// Events that are not in the ledger, or have no job there; nil where there is no ledger.
  var lost: Int?
  /// Events a transaction, in the mean; nil where there is none.
  var eventsPerCommit: Double?
  /// Processor time by process.
  var processors: [(name: String, time: Duration)] = []

  var events: Int { requests * eventsPerRequest }
  private var seconds: Double { max(time / .seconds(1), 0.001) }
  var requestsPerSecond: Double { Double(requests) / seconds }
  var eventsPerSecond: Double { Double(events) / seconds }

  /// Two halves of one run.
  static func + (left: IngressRun, right: IngressRun) -> IngressRun {
    var sum = left
    sum.requests += right.requests
    sum.time += right.time
    sum.latencies += right.latencies
    sum.refused += right.refused
    sum.broken += right.broken
    sum.processors = zip(left.processors, right.processors).map { ($0.name, $0.time + $1.time) }
    return sum
  }

  static let columns = [
    "events/s", "requests/s", "p50 ms", "p99 ms", "max ms", "refused", "lost", "events/commit", "CPU s",
  ]

  var cells: [String] {
    let latency = Percentiles(microseconds: latencies)
    return [fixed(eventsPerSecond, 0), fixed(requestsPerSecond, 0)]
      + [0.5, 0.99, 1].map { fixed(latency.at($0), 1) }
      + [
        "\(refused)", lost.map { "\($0)" } ?? "–", eventsPerCommit.map { fixed($0, 0) } ?? "–",
        processors.map { "\($0.name) \(fixed($0.time / .seconds(1), 1))" }.joined(separator: ", "),
      ]
  }

  var json: JSON {
    let latency = Percentiles(microseconds: latencies)
    var object: JSONObject = [
      "events_per_request": .number("\(eventsPerRequest)"), "requests": .number("\(requests)"),
      "events": .number("\(events)"), "seconds": .number(fixed(time / .seconds(1), 2)),
      "events_per_second": .number(fixed(eventsPerSecond, 0)),
      "requests_per_second": .number(fixed(requestsPerSecond, 0)),
      "p50_ms": .number(fixed(latency.at(0.5), 2)), "p99_ms": .number(fixed(latency.at(0.99), 2)),
      "max_ms": .number(fixed(latency.at(1), 2)), "refused": .number("\(refused)"), "broken": .number("\(broken)"),
    ]
    object["offered_per_second"] = offeredPerSecond.map { .number(fixed($0 * Double(eventsPerRequest), 0)) }
    object["lost"] = lost.map { .number("\($0)") }
    object["events_per_commit"] = eventsPerCommit.map { .number(fixed($0, 1)) }
    let seconds = processors.map { ($0.name, JSON.number(fixed($0.time / .seconds(1), 2))) }
    object["cpu_seconds"] = .object(JSONObject(seconds))
    return .object(object)
  }
}
