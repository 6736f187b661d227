/// Writes families in Prometheus's text exposition format 0.0.4.
struct PrometheusText {
  private(set) var text = ""

  mutating func add(_ name: String, _ family: MetricFamily) {
    text += "# HELP \(name) \(Self.escapedHelp(family.entry.help))\n"
    text += "# TYPE \(name) \(family.entry.kind.rawValue)\n"
    let sorted = family.series.map { (labels: Self.written($0.key), instrument: $0.value) }
    for series in sorted.sorted(by: { $0.labels < $1.labels }) {
      switch series.instrument {
      case .counter(let counter): line(name, series.labels, counter.value)
      case .gauge(let gauge): line(name, series.labels, gauge.value)
      case .histogram(let histogram): add(name, series.labels, histogram.bounds, histogram.snapshot)
      }
    }
  }

  private mutating func add(
    _ name: String, _ labels: String, _ bounds: [Double], _ snapshot: HistogramValue.Snapshot
  ) {
    var total: UInt64 = 0
    for (bound, count) in zip(bounds + [.infinity], snapshot.counts) {
      total += count
      let limit = "le=\"\(Self.number(bound))\""
      line(name + "_bucket", labels.isEmpty ? limit : labels + "," + limit, Double(total))
    }
    line(name + "_sum", labels, snapshot.sum)
    line(name + "_count", labels, Double(total))
  }

  private mutating func line(_ name: String, _ labels: String, _ value: Double) {
    text += labels.isEmpty ? "\(name) \(Self.number(value))\n" : "\(name){\(labels)} \(Self.number(value))\n"
  }

  private static func written(_ labels: MetricLabels) -> String {
    labels.pairs.map { "\($0.name)=\"\(escapedLabel($0.value))\"" }.joined(separator: ",")
  }

  static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int64(value)) }
    return value.description
  }

  static func escapedLabel(_ value: String) -> String {
    escaped(value, ["\\": "\\\\", "\n": "\\n", "\"": "\\\""])
  }

  static func escapedHelp(_ value: String) -> String {
    escaped(value, ["\\": "\\\\", "\n": "\\n"])
  }

  /// By scalar: a carriage return and a newline are one character to Swift, two to Prometheus.
  private static func escaped(_ value: String, _ table: [Unicode.Scalar: String]) -> String {
    guard value.unicodeScalars.contains(where: { table[$0] != nil }) else { return value }
    return value.unicodeScalars.map { table[$0] ?? String($0) }.joined()
  }
}
