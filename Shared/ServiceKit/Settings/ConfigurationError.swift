/// Why a service refuses to start. Names the variable and what to do; never holds the value, which may be a secret.
package struct ConfigurationError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case missing, malformed, outOfRange, unreadableFile, unknownFlag, misplacedArgument
  }

  package var code: Code
  /// The variable, or the flag as it was typed.
  package var name: String
  /// What is wrong, continuing a sentence that begins with the name: "is not set".
  package var problem: String
  package var remedy: String

  package init(_ code: Code, _ name: String, _ problem: String, remedy: String) {
    self.code = code
    self.name = name
    self.problem = problem
    self.remedy = remedy
  }

  package var description: String { "\(name) \(problem). \(remedy)" }
}

extension ConfigurationError {
  static func missing(_ name: SettingName) -> ConfigurationError {
    ConfigurationError(
      .missing, name.variable, "is not set",
      remedy: "Set it (\(name.purpose)), or set \(name.fileVariable) to a file that holds it.")
  }

  static func malformed(_ name: SettingName, _ problem: String) -> ConfigurationError {
    ConfigurationError(.malformed, name.variable, problem, remedy: "It takes \(name.purpose).")
  }

  static func outOfRange(_ name: SettingName, _ range: String) -> ConfigurationError {
    ConfigurationError(.outOfRange, name.variable, "is out of range", remedy: "It takes \(range): \(name.purpose).")
  }
}
