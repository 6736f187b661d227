import JSON

/// What `martlet bench outbound` found, for people and as JSON.
struct OutboundBenchReport: Sendable {
  let setup: OutboundBenchSetup
  /// Milliseconds.
  var flush: Double
  var bare: OutboundRun
  var outbound: OutboundRun
  /// Where Meta takes its time.
  var slow: OutboundRun?

  private var runs: [OutboundRun] { [bare, outbound] + (slow.map { [$0] } ?? []) }

  /// Sends a second over those of bare libcurl.
  var ratio: Double { outbound.perSecond / bare.perSecond }

  /// Whether every message went out once, and all over HTTP/2.
  var isGood: Bool { runs.allSatisfy { $0.isExact && $0.isHTTP2 } }

  var json: JSON {
    var object: JSONObject = [
      "bench": "outbound", "debug_build": .bool(Surroundings.isDebugBuild), "ratio": .number(fixed(ratio, 3)),
      "flush_ms": .number(fixed(flush, 3)),
      "settings": [
        "in_flight": .number("\(setup.inFlight)"), "pages": .number("\(setup.pages)"),
        "people": .number("\(setup.people)"), "latency_ms": .number("\(Int(setup.latency / .milliseconds(1)))"),
      ],
    ]
    for run in runs { object[run.name] = run.json }
    return .object(object)
  }

  var text: String {
    var table = TextTable(head: [""] + OutboundRun.columns)
    table.rows = runs.map { [$0.title] + $0.cells }
    let terms =
      "\(setup.inFlight) calls at once, \(setup.people) people on \(setup.pages) pages; the disk's flush takes "
      + "\(fixed(flush, 2)) ms"
    var lines = [terms, "", table.text, "", "of bare libcurl's: \(fixed(ratio, 2))"]
    for run in runs where !run.isHTTP2 { lines.append("\(run.title): not over HTTP/2, so it counts for nothing") }
    return lines.joined(separator: "\n")
  }
}
