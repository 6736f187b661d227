/// All series of one name. Prometheus gives a name one type: whoever asks for another gets an instrument that counts
/// for nobody.
struct MetricFamily {
  /// A label that takes more values than this is not a bounded set; the rest is added up under "other".
  static let maximumSeries = 1000

  enum Instrument {
    case counter(CounterValue)
    case gauge(GaugeValue)
    case histogram(HistogramValue)

    var object: AnyObject {
      switch self {
      case .counter(let value): value
      case .gauge(let value): value
      case .histogram(let value): value
      }
    }
  }

  let entry: MetricCatalog.Entry
  private(set) var series: [MetricLabels: Instrument] = [:]

  init(entry: MetricCatalog.Entry) {
    self.entry = entry
  }

  mutating func instrument(_ labels: MetricLabels) -> Instrument {
    if let known = series[labels] { return known }
    if series.count >= Self.maximumSeries && labels != labels.overflow { return instrument(labels.overflow) }
    let new: Instrument =
      switch entry.kind {
      case .counter: .counter(CounterValue())
      case .gauge: .gauge(GaugeValue())
      case .histogram: .histogram(HistogramValue(bounds: entry.buckets))
      }
    series[labels] = new
    return new
  }

  mutating func remove(_ object: AnyObject) {
    series = series.filter { $0.value.object !== object }
  }
}
