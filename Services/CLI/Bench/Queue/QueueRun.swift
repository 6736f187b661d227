import JSON

/// What one mode measured: figures in a row, each with its name in JSON and its digits for people.
struct QueueRun: Sendable {
  struct Figure: Sendable {
    let name: String
    let value: Double
    let digits: Int
  }

  let name: String
  var figures: [Figure] = []
  /// Named beside a figure where it needs a word.
  var note: String?

  init(_ name: String, note: String? = nil) {
    self.name = name
    self.note = note
  }

  subscript(name: String) -> Double? { figures.last { $0.name == name }?.value }

  mutating func add(_ name: String, _ value: Double, _ digits: Int = 0) {
    figures.append(Figure(name: name, value: value, digits: digits))
  }

  mutating func add(_ name: String, _ value: Int) { add(name, Double(value)) }

  mutating func add(jobs: Int, in time: Duration) {
    let seconds = time / .seconds(1)
    add("jobs", jobs)
    add("seconds", seconds, 2)
    add("jobs_per_second", Double(jobs) / max(seconds, 0.001))
  }

  mutating func add(_ oracle: OrderOracle, written: Int) {
    add("lost", oracle.lost(of: written))
    add("swapped", oracle.swapped)
    add("doubled", oracle.doubled)
  }

  mutating func add(_ prefix: String, _ delays: Percentiles) {
    add("\(prefix)p50_ms", delays.at(0.5), 2)
    add("\(prefix)p99_ms", delays.at(0.99), 2)
  }

  /// Whether every job was done, once, in its turn.
  var isExact: Bool { ["lost", "swapped", "doubled"].allSatisfy { (self[$0] ?? 0) == 0 } }

  var json: JSON {
    var object = JSONObject(figures.map { ($0.name, JSON.number(fixed($0.value, $0.digits))) })
    if let note { object["note"] = .string(note) }
    return .object(object)
  }
}
