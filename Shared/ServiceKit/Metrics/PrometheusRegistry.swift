package import Metrics
import Synchronization

/// Collects what swift-metrics counts and shows it as Prometheus reads it. Equal name and labels give the same
/// instrument; still, keep a `Counter` or `Timer` used on every message in a property: finding it costs a lock.
package final class PrometheusRegistry: MetricsFactory {
  package static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// A number read when somebody asks.
  struct Sample: Sendable {
    var name: String
    var labels: [(String, String)] = []
    var value: Double
  }

  private struct State {
    var families: [String: MetricFamily] = [:]
    var readings: [@Sendable () -> [Sample]] = []
  }

  private let state = Mutex(State())

  package init() {}

  /// Every family that has a series, sorted by name, as text exposition format 0.0.4.
  package func render() -> String {
    var (families, readings) = state.withLock { ($0.families, $0.readings) }
    for sample in readings.flatMap({ $0() }) {
      switch families.instrument(sample.name, kind: .gauge, labels: MetricName.labels(sample.labels)) {
      case .counter(let counter): counter.increment(by: sample.value - counter.value)
      case .gauge(let gauge): gauge.set(sample.value)
      case .histogram: break
      }
    }
    var text = PrometheusText()
    for (name, family) in families.sorted(by: { $0.key < $1.key }) where !family.series.isEmpty {
      text.add(name, family)
    }
    return text.text
  }

  func addReading(_ read: @escaping @Sendable () -> [Sample]) {
    state.withLock { $0.readings.append(read) }
  }

  private func instrument(
    _ name: String, kind: MetricCatalog.Kind, buckets: [Double] = [], _ dimensions: [(String, String)]
  ) -> MetricFamily.Instrument {
    let labels = MetricName.labels(dimensions)
    return state.withLock { $0.families.instrument(name, kind: kind, buckets: buckets, labels: labels) }
  }

  private func remove(_ object: AnyObject) {
    state.withLock { state in
      for name in state.families.keys { state.families[name]?.remove(object) }
    }
  }
}

extension [String: MetricFamily] {
  fileprivate mutating func instrument(
    _ name: String, kind: MetricCatalog.Kind, buckets: [Double] = [], labels: MetricLabels
  ) -> MetricFamily.Instrument {
    var family = self[name] ?? MetricFamily(entry: MetricCatalog.entry(for: name, kind: kind, buckets: buckets))
    defer { self[name] = family }
    return family.instrument(labels)
  }
}

extension PrometheusRegistry {
  package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
    counter(label, dimensions)
  }

  package func makeFloatingPointCounter(
    label: String, dimensions: [(String, String)]
  ) -> any FloatingPointCounterHandler {
    counter(label, dimensions)
  }

  package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
    guard case .gauge(let gauge) = instrument(MetricName.metric(label), kind: .gauge, dimensions) else {
      return GaugeValue()
    }
    return gauge
  }

  /// A histogram when the values are to be added up, else a gauge; the table of names has the last word.
  package func makeRecorder(
    label: String, dimensions: [(String, String)], aggregate: Bool
  ) -> any RecorderHandler {
    let kind = aggregate ? MetricCatalog.Kind.histogram : .gauge
    let found = instrument(MetricName.metric(label), kind: kind, buckets: MetricCatalog.sizes, dimensions)
    return switch found {
    case .histogram(let histogram): histogram
    case .gauge(let gauge): gauge
    case .counter: GaugeValue()
    }
  }

  package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
    let found = instrument(
      MetricName.timer(label), kind: .histogram, buckets: MetricCatalog.latencies, dimensions)
    guard case .histogram(let histogram) = found else { return HistogramValue(bounds: []) }
    return histogram
  }

  package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
  package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { remove(handler) }
  package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
  package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
  package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

  private func counter(_ label: String, _ dimensions: [(String, String)]) -> CounterValue {
    guard case .counter(let counter) = instrument(MetricName.counter(label), kind: .counter, dimensions) else {
      return CounterValue()
    }
    return counter
  }
}
