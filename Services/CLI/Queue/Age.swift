import ArgumentParser

/// A length of time as a person writes it: `90s`, `15m`, `2h`, `3d`; a hundred years at most.
struct Age {
  let duration: Duration

  init(_ text: String) throws {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
    guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()), count >= 0,
      count <= 36_500 * 86_400 / unit
    else { throw ValidationError("An age is written as 90s, 15m, 2h or 3d.") }
    duration = .seconds(count * unit)
  }

  /// As a person reads it: two units at most.
  static func text(_ duration: Duration) -> String {
    let seconds = duration / .seconds(1)
    if seconds < 10 { return "\(fixed(max(0, seconds), 1)) s" }
    let whole = Int64(seconds)
    func parts(_ large: Int64, _ largeName: String, _ small: Int64, _ smallName: String) -> String {
      let rest = whole % large / small
      return "\(whole / large) \(largeName)" + (rest > 0 ? " \(rest) \(smallName)" : "")
    }
    switch whole {
    case ..<60: return "\(whole) s"
    case ..<3600: return parts(60, "min", 1, "s")
    case ..<86_400: return parts(3600, "h", 60, "min")
    default: return parts(86_400, "d", 3600, "h")
    }
  }
}
