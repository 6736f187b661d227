import Configuration
import FoundationEssentials
package import Logging

/// What an operator has set, for one service: a flag wins over a variable, a variable over a file. An empty value
/// counts as not set. What every service needs is checked on the way in; what only some need, when they ask.
package struct Settings: Sendable {
  package static let defaultGraphURL = "https://graph.facebook.com/v26.0"

  package let service: ServiceName
  package let bind: String
  package let port: Int
  /// nil: no admin server, as with the simulator unless it is set.
  package let adminPort: Int?
  package let logLevel: Logger.Level
  package let logFormat: LogFormat
  /// Without a slash at its end.
  package let graphURL: String
  package let publicURL: String?
  /// How long a silent worker keeps its lanes.
  package let lease: Duration
  /// Variables that look like ours and are not: to be warned of.
  package let unknownVariables: [String]

  /// - Parameter arguments: the program's name first; only that name means no flags.
  /// - Throws: `ConfigurationError`.
  package init(
    service: ServiceName,
    environment: [String: String] = ProcessInfo.processInfo.environment,
    arguments: [String] = CommandLine.arguments
  ) throws {
    let values = try SettingValues(environment: environment, arguments: arguments)
    self.values = values
    self.service = service
    bind = values.string(.bind) ?? "127.0.0.1"
    port = try values.int(.port, default: service.defaultPort, in: 0...65535)
    adminPort =
      if let standard = service.defaultAdminPort ?? values.string(.adminPort).map({ _ in 0 }) {
        try values.int(.adminPort, default: standard, in: 0...65535)
      } else {
        nil
      }
    logLevel = try values.choice(.logLevel, default: .info)
    logFormat = try values.choice(.logFormat, default: LogFormat.standard)
    graphURL = try values.url(.graphURL) ?? Self.defaultGraphURL
    publicURL = try values.url(.publicURL)
    lease = try values.seconds(.lease, default: .seconds(10), in: .seconds(1) ... .seconds(3600))
    let known = Set(SettingName.all.flatMap { [$0.variable, $0.fileVariable] })
    unknownVariables = environment.keys.filter { $0.hasPrefix("MARTLET_") && !known.contains($0) }.sorted()
  }

  private let values: SettingValues

  package func string(_ name: SettingName) -> String? { values.string(name) }

  /// - Throws: `ConfigurationError` that names the variable.
  package func required(_ name: SettingName) throws -> String {
    guard let value = values.string(name) else { throw ConfigurationError.missing(name) }
    return value
  }

  package func int(_ name: SettingName, default standard: Int, in range: ClosedRange<Int> = 0...Int.max) throws -> Int {
    try values.int(name, default: standard, in: range)
  }

  package func bool(_ name: SettingName, default standard: Bool) throws -> Bool {
    try values.bool(name, default: standard)
  }

  /// A time written as seconds, whole or with a fraction.
  package func seconds(
    _ name: SettingName, default standard: Duration, in range: ClosedRange<Duration> = .zero ... .seconds(86_400)
  ) throws -> Duration {
    try values.seconds(name, default: standard, in: range)
  }
}

/// Settings hold secrets: printing them shows the service's name and nothing else.
extension Settings: CustomStringConvertible, CustomReflectable {
  package var description: String { "Settings(\(service.rawValue))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
