package import Logging

/// Turns log events into lines, in either format. Metadata of the event wins over that of the logger, that over what
/// the provider adds.
package struct LineLogHandler: LogHandler {
  package var metadata: Logger.Metadata = [:]
  package var metadataProvider: Logger.MetadataProvider?
  package var logLevel: Logger.Level = .info

  private let label: String
  private let style: any LogLineStyle
  private let output: LogOutput

  package init(
    label: String, service: String, format: LogFormat, colored: Bool = false, output: LogOutput = .standardError,
    metadataProvider: Logger.MetadataProvider? = nil
  ) {
    self.label = label
    self.output = output
    self.metadataProvider = metadataProvider
    style =
      switch format {
      case .json: JSONLogLine(service: service)
      case .pretty: PrettyLogLine(service: service, colored: colored)
      }
  }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var merged = metadataProvider?.get() ?? [:]
    merged.merge(metadata) { $1 }
    if let more = event.metadata { merged.merge(more) { $1 } }
    var fields = merged.flatMap { Self.flattened($0.key, $0.value) }.sorted { $0.key < $1.key }
    if let error = event.error { fields.append((key: "error", value: "\(error)")) }
    let parts = LogLineParts(
      time: LogTime.now(), level: event.level, label: label, message: "\(event.message)", fields: fields)
    output.emit(style.line(parts))
  }

  /// Dictionaries become dotted keys, arrays one text.
  private static func flattened(_ key: String, _ value: Logger.MetadataValue) -> [(key: String, value: String)] {
    switch value {
    case .dictionary(let members): members.flatMap { flattened("\(key).\($0.key)", $0.value) }
    case .array(let elements): [(key, elements.map { "\($0)" }.joined(separator: ", "))]
    case .string(let text): [(key, text)]
    case .stringConvertible(let value): [(key, "\(value)")]
    }
  }
}

/// What one line says, before it has a form.
struct LogLineParts {
  var time: String
  var level: Logger.Level
  var label: String
  var message: String
  var fields: [(key: String, value: String)]
}

/// The form of a line; both give it with its newline.
protocol LogLineStyle: Sendable {
  func line(_ parts: LogLineParts) -> [UInt8]
}
