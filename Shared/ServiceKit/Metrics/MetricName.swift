/// Names as Prometheus allows them (data model: `[a-zA-Z_:][a-zA-Z0-9_:]*`, colons left to recording rules; labels
/// `[a-zA-Z_][a-zA-Z0-9_]*`, not `__…`). Other letters become underscores: Hummingbird's names have dots.
enum MetricName {
  static func metric(_ label: String) -> String { allowed(label) }

  static func counter(_ label: String) -> String { ending(allowed(label), in: "_total") }

  static func timer(_ label: String) -> String { ending(allowed(label), in: "_seconds") }

  static func labels(_ dimensions: [(String, String)]) -> MetricLabels {
    var values: [String: String] = [:]
    for (name, value) in dimensions { values[label(name)] = value }
    return MetricLabels(pairs: values.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value) })
  }

  private static func label(_ name: String) -> String {
    let name = allowed(name)
    // `le` is the histogram's own, and two underscores in front are Prometheus's.
    return name == "le" || name.hasPrefix("__") ? "label_" + name : name
  }

  private static func allowed(_ text: String) -> String {
    var bytes = text.utf8.map { byte in isLetter(byte) || isDigit(byte) ? byte : UInt8(ascii: "_") }
    if bytes.first.map(isDigit) ?? true { bytes.insert(UInt8(ascii: "_"), at: 0) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func ending(_ name: String, in suffix: String) -> String {
    name.hasSuffix(suffix) ? name : name + suffix
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

/// The labels of one series, sorted by name, each name once.
struct MetricLabels: Hashable, Sendable {
  struct Pair: Hashable, Sendable {
    var name: String
    var value: String
  }

  var pairs: [Pair]

  /// Where the values that a family has no more room for are added up.
  var overflow: MetricLabels {
    MetricLabels(pairs: pairs.map { Pair(name: $0.name, value: "other") })
  }
}
