import JSON

/// What one load of messages found.
struct OutboundRun: Sendable {
  /// "outbound", "outbound_latency", "bare".
  let name: String
  let title: String
  /// That were to be sent, and that Meta's side took.
  var messages = 0
  var taken = 0
  var time = Duration.zero
  /// Of HTTP, as Meta's side saw it.
  var versions: Set<String> = []
  /// Messages that the ledger does not hold as sent, or that were refused.
  var lost = 0
  /// Processor time by process.
  var processors: [(name: String, time: Duration)] = []

  var perSecond: Double { Double(messages) / max(time / .seconds(1), 0.001) }
  var doubled: Int { max(0, taken - messages) }
  var isExact: Bool { lost == 0 && doubled == 0 }
  var isHTTP2: Bool { versions == ["2"] }

  /// Two halves of one run.
  static func + (left: OutboundRun, right: OutboundRun) -> OutboundRun {
    var sum = left
    sum.messages += right.messages
    sum.taken += right.taken
    sum.time += right.time
    sum.versions.formUnion(right.versions)
    sum.lost += right.lost
    sum.processors = zip(left.processors, right.processors).map { ($0.name, $0.time + $1.time) }
    return sum
  }

  static let columns = ["sends/s", "messages", "HTTP", "lost", "doubled", "CPU s"]

  private var version: String { versions.sorted().joined(separator: ", ") }

  var cells: [String] {
    [
      fixed(perSecond, 0), "\(messages)", version, "\(lost)", "\(doubled)",
      processors.map { "\($0.name) \(fixed($0.time / .seconds(1), 1))" }.joined(separator: ", "),
    ]
  }

  var json: JSON {
    let seconds = processors.map { ($0.name, JSON.number(fixed($0.time / .seconds(1), 2))) }
    return [
      "messages": .number("\(messages)"), "seconds": .number(fixed(time / .seconds(1), 2)),
      "sends_per_second": .number(fixed(perSecond, 0)), "http": .string(version), "lost": .number("\(lost)"),
      "doubled": .number("\(doubled)"), "cpu_seconds": .object(JSONObject(seconds)),
    ]
  }
}
