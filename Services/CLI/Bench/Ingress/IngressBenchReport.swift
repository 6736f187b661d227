import JSON

/// What `martlet bench ingress` found, for people and as JSON.
struct IngressBenchReport: Sendable {
  let setup: IngressBenchSetup
  /// Milliseconds.
  var flush = 0.0
  var ceiling = IngressCeiling.Rate()
  var bare: IngressRun?
  var runs: [IngressRun] = []

  /// Events per second over the ceiling's, of the run with the most events a request.
  var ratio: Double? {
    let batched = runs.filter { $0.offeredPerSecond == nil && $0.eventsPerRequest > 1 }
    guard ceiling.events > 0, let run = batched.max(by: { $0.eventsPerRequest < $1.eventsPerRequest }) else {
      return nil
    }
    return run.eventsPerSecond / ceiling.perSecond
  }

  /// Requests per second over the bare server's, at one event a request.
  var ratioBare: Double? {
    guard let bare, let run = runs.first(where: { $0.offeredPerSecond == nil && $0.eventsPerRequest == 1 }) else {
      return nil
    }
    return run.requestsPerSecond / bare.requestsPerSecond
  }

  /// Whether every event that was offered is in the ledger.
  var isExact: Bool { runs.allSatisfy { ($0.lost ?? 0) == 0 } }

  var json: JSON {
    var object: JSONObject = ["bench": "ingress", "debug_build": .bool(Surroundings.isDebugBuild)]
    object["ratio"] = number(ratio, 3)
    object["ratio_bare"] = number(ratioBare, 3)
    object["flush_ms"] = number(flush, 3)
    object["ceiling_events_per_second"] = number(ceiling.perSecond, 0)
    object["ceiling_postgres_cpu_seconds"] = number(ceiling.postgres / .seconds(1), 2)
    object["settings"] = .object(settings)
    object["bare"] = bare?.json
    for run in runs { object[run.name] = run.json }
    return .object(object)
  }

  private var settings: JSONObject {
    [
      "connections": .number("\(setup.connections)"), "people": .number("\(setup.people)"),
      "ceiling_connections": .number("\(setup.writers)"), "ceiling_batch": .number("\(setup.batch)"),
    ]
  }

  private func number(_ value: Double?, _ digits: Int) -> JSON? { value.map { .number(fixed($0, digits)) } }

  var text: String {
    var table = TextTable(head: [""] + IngressRun.columns)
    table.rows = ((bare.map { [$0] } ?? []) + runs).map { [$0.title] + $0.cells }
    var lines = [
      """
      \(setup.connections) connections, \(setup.people) people, synchronous_commit on; the disk's flush takes \
      \(fixed(flush, 2)) ms
      ceiling, the same rows in batches of \(setup.batch) over \(setup.writers) connections: \
      \(fixed(ceiling.perSecond, 0)) events/s, PostgreSQL's CPU \(fixed(ceiling.postgres / .seconds(1), 1)) s

      """, table.text, "",
    ]
    if let ratio { lines.append("of the ceiling: \(fixed(ratio, 2))") }
    if let ratioBare { lines.append("of the bare server's requests/s, one event a request: \(fixed(ratioBare, 2))") }
    return lines.joined(separator: "\n")
  }
}
