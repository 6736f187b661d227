import JSON

/// What `martlet bench queue` found, for people and as JSON.
struct QueueBenchReport: Sendable {
  let setup: QueueBenchSetup
  /// Milliseconds.
  var flush = 0.0
  var ceiling: CeilingBench.Rate?
  var pgmq: CeilingBench.Rate?
  var runs: [QueueRun] = []

  /// Jobs per second over the ceiling of the same run: of the first mode that has a rate.
  var ratio: Double? {
    guard let ceiling, ceiling.jobs > 0, let rate else { return nil }
    return rate / ceiling.perSecond
  }

  private var rate: Double? { runs.lazy.compactMap { $0["jobs_per_second"] }.first }

  /// How many times as fast as pgmq.
  var factor: Double? {
    guard let pgmq, let rate else { return nil }
    return rate / pgmq.perSecond
  }

  var isExact: Bool { runs.allSatisfy(\.isExact) }

  var json: JSON {
    var object: JSONObject = ["bench": "queue", "debug_build": .bool(Surroundings.isDebugBuild)]
    object["ratio"] = number(ratio, 3)
    object["flush_ms"] = number(flush, 3)
    object["ceiling_per_second"] = number(ceiling?.perSecond, 0)
    object["pgmq_per_second"] = number(pgmq?.perSecond, 0)
    object["over_pgmq"] = number(factor, 2)
    object["settings"] = .object(settings)
    for run in runs { object[run.name] = run.json }
    return .object(object)
  }

  private var settings: JSONObject {
    [
      "jobs": .number("\(setup.jobs)"), "keys": .number("\(setup.keys)"), "batch": .number("\(setup.batch)"),
      "workers": .number("\(setup.workers)"), "producers": .number("\(setup.producers)"),
      "connections": .number("\(setup.connections)"), "backlog": .number("\(setup.backlog)"),
      "sync": .string(setup.isDurable ? "on" : "off"), "runs_ahead": .bool(setup.runsAhead),
    ]
  }

  private func number(_ value: Double?, _ digits: Int) -> JSON? { value.map { .number(fixed($0, digits)) } }

  var text: String {
    var lines = [
      """
      \(setup.keys) conversations, \(setup.workers) workers, \(setup.producers) producers, batches of \(setup.batch), \
      synchronous_commit \(setup.isDurable ? "on" : "off"); the disk's flush takes \(fixed(flush, 2)) ms
      """
    ]
    if !rates.rows.isEmpty { lines.append(rates.text) }
    for run in runs {
      lines.append(contentsOf: ["", run.note.map { "\(run.name): \($0)" } ?? run.name] + details(run))
    }
    return lines.joined(separator: "\n")
  }

  private var rates: TextTable {
    var table = TextTable(head: ["", "jobs/s", "of the ceiling"])
    if let ceiling { table.rows.append(["ceiling: batched INSERT and DELETE", fixed(ceiling.perSecond, 0), "1.00"]) }
    for run in runs {
      guard let rate = run["jobs_per_second"] else { continue }
      table.rows.append([run.name, fixed(rate, 0), ceiling.map { fixed(rate / $0.perSecond, 2) } ?? "–"])
    }
    if let pgmq {
      let share = ceiling.map { fixed(pgmq.perSecond / $0.perSecond, 2) } ?? "–"
      table.rows.append(["pgmq, without order", fixed(pgmq.perSecond, 0), share])
    }
    if let factor { table.rows.append(["times pgmq", fixed(factor, 2), ""]) }
    return table
  }

  private func details(_ run: QueueRun) -> [String] {
    guard let first = run.figures.first else { return [] }
    func cells(_ figure: QueueRun.Figure) -> [String] {
      ["  " + figure.name.replacing("_", with: " "), fixed(figure.value, figure.digits)]
    }
    return [TextTable(head: cells(first), rows: run.figures.dropFirst().map(cells)).text]
  }
}
