internal import Metrics

/// Gauges that are all written at once: a series that a writing leaves out is shown no more, so that nobody takes what
/// was true once for what is true now.
struct GaugeBoard {
  struct Value {
    var name: String
    var labels: [(String, String)] = []
    var value: Double
  }

  private let factory: (any MetricsFactory)?
  private var gauges: [String: Gauge] = [:]

  /// - Parameter factory: Nil: the one that the process has set up.
  init(factory: (any MetricsFactory)? = nil) {
    self.factory = factory
  }

  mutating func write(_ values: [Value]) {
    var left = gauges
    for value in values {
      let key = value.name + value.labels.map { "|\($0.0)=\($0.1)" }.joined()
      left[key] = nil
      let gauge = gauges[key] ?? make(value)
      gauges[key] = gauge
      gauge.record(value.value)
    }
    for (key, gauge) in left {
      gauge.destroy()
      gauges[key] = nil
    }
  }

  private func make(_ value: Value) -> Gauge {
    guard let factory else { return Gauge(label: value.name, dimensions: value.labels) }
    return Gauge(label: value.name, dimensions: value.labels, factory: factory)
  }
}
