package import JSON

/// One line that a process of the fleet printed.
package struct FleetLine: Sendable {
  /// "nlu-1".
  package let instance: String
  package let text: String

  package init(instance: String, text: String) {
    self.instance = instance
    self.text = text
  }

  /// The line as a log record; nil for anything else, such as a crash's last words.
  package var record: JSON? {
    guard text.hasPrefix("{") else { return nil }
    return try? JSON(parsing: text)
  }

  /// A warning or worse, or something that is no log record at all.
  package var isComplaint: Bool {
    guard let level = record?["level"]?.string else { return true }
    return ["warning", "error", "critical"].contains(level)
  }

  /// The server that has bound, when the line says so.
  var listening: (server: FleetPort, port: Int)? {
    guard text.contains("\"listening\""), let record, record["message"]?.string == "listening",
      let server = (record["http.role"]?.string).flatMap(FleetPort.init(rawValue:)),
      let port = (record["http.port"]?.text).flatMap(Int.init)
    else { return nil }
    return (server, port)
  }
}
