import JSON

/// What the simulator measured of one load.
struct LoadReport {
  let json: JSON

  var answered: Int { count("answered") }
  var lost: Int { count("lost") }
  var duplicated: Int { count("duplicated") }
  var reordered: Int { count("reordered") }
  var seconds: Double { json["seconds"]?.double ?? 0 }
  var perSecond: Double { json["per_second"]?.double ?? 0 }

  private func count(_ name: String) -> Int { json[name]?.int ?? 0 }

  /// Milliseconds, by "p50", "p90", "p99" and "max".
  func latency(_ name: String) -> Double { json["latency_ms"]?[name]?.double ?? 0 }

  static let columns = [
    "messages", "round trips/s", "p50 ms", "p90 ms", "p99 ms", "max ms", "lost", "duplicated", "reordered",
  ]

  var cells: [String] {
    ["\(answered)", fixed(perSecond, 0)] + ["p50", "p90", "p99", "max"].map { fixed(latency($0), 1) }
      + ["\(lost)", "\(duplicated)", "\(reordered)"]
  }
}

/// A number with so many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite else { return "–" }
  let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
  let scaled = Int64((value * scale).rounded())
  guard digits > 0 else { return "\(scaled)" }
  let fraction = "\(abs(scaled) % Int64(scale))"
  let sign = scaled < 0 ? "-" : ""
  return "\(sign)\(abs(scaled) / Int64(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}
