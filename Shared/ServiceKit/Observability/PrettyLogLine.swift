import Logging

/// `10:00:00.123 info     ingress  webhook accepted  http.port=8080`, for a person at a terminal. Control characters
/// are escaped: what came over the network cannot move the cursor or forge a line.
struct PrettyLogLine: LogLineStyle {
  let service: String
  let colored: Bool

  func line(_ parts: LogLineParts) -> [UInt8] {
    let clock = String(parts.time.dropFirst(11).dropLast())
    let level = Self.padded(parts.level.rawValue, to: 8)
    var line = "\(painted(clock, dim)) \(painted(level, color(of: parts.level))) \(Self.padded(service, to: 9))"
    line += " \(Self.escaped(parts.message))"
    for field in parts.fields {
      line += "  \(painted(Self.escaped(field.key) + "=", dim))\(Self.quoted(field.value))"
    }
    return Array((line + "\n").utf8)
  }

  private let dim = "2"

  private func color(of level: Logger.Level) -> String {
    switch level {
    case .trace, .debug: dim
    case .info: "32"
    case .notice: "36"
    case .warning: "33"
    case .error, .critical: "31"
    }
  }

  private func painted(_ text: String, _ code: String) -> String {
    colored ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func quoted(_ value: String) -> String {
    let escaped = escaped(value)
    return value.isEmpty || value.contains(" ") ? "\"\(escaped)\"" : escaped
  }

  private static func escaped(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
    return text.unicodeScalars.map { scalar in
      scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
    }.joined()
  }
}
