import JSON
import LocalFleet

/// One log of many processes for a person to read: time, who, what, and the rest in grey.
struct DemoLog: Sendable {
  private static let shownAlready: Set<String> = ["time", "level", "service", "label", "message", "span_id"]
  let hasColour: Bool

  func show(_ line: FleetLine) {
    Surroundings.show(text(line))
  }

  func text(_ line: FleetLine) -> String {
    let name = line.instance.padding(to: 11)
    guard let record = line.record, let message = record["message"]?.string else {
      return "\(paint(colour(of: line.instance), name)) \(line.text)"
    }
    let level = record["level"]?.string ?? ""
    let time = (record["time"]?.string ?? "").dropFirst(11).prefix(12)
    let rest = (record.object.map { Array($0) } ?? [])
      .filter { !Self.shownAlready.contains($0.key) }
      .map { "\($0.key)=\($0.key == "trace_id" ? String(($0.value.text ?? "").prefix(8)) : $0.value.text ?? "")" }
      .joined(separator: " ")
    let mark = level == "info" || level == "notice" ? "" : "\(level): "
    let body = level == "error" || level == "critical" ? paint(31, mark + message) : mark + message
    return "\(paint(90, String(time))) \(paint(colour(of: line.instance), name)) \(body) \(paint(90, rest))"
  }

  /// ANSI colours that are readable on light and dark.
  private func colour(of instance: String) -> Int {
    switch instance.prefix(while: { $0 != "-" }) {
    case "simulator": 35
    case "ingress": 34
    case "identity": 33
    case "nlu": 32
    default: 36
    }
  }

  private func paint(_ colour: Int, _ text: String) -> String {
    hasColour && !text.isEmpty ? "\u{1B}[\(colour)m\(text)\u{1B}[0m" : text
  }
}

extension String {
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
