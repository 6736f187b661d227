/// Reads a command line strictly: only `--name value` and `--name=value`, only names that exist, each once. A typing
/// error must not leave a service running with a default.
enum CommandLineFlags {
  /// - Parameter arguments: the program's name first.
  /// - Throws: `ConfigurationError`, which never repeats a value.
  static func check(_ arguments: [String]) throws {
    var seen: Set<String> = []
    var rest = arguments.dropFirst()
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        throw ConfigurationError(
          .misplacedArgument, "An argument", "stands without a flag",
          remedy: "Write --name value; --help lists the names.")
      }
      let flag = String(argument.prefix { $0 != "=" })
      guard known.contains(flag) else {
        throw ConfigurationError(.unknownFlag, flag, "is not a flag", remedy: "Write --help to see them all.")
      }
      guard seen.insert(flag).inserted else {
        throw ConfigurationError(.misplacedArgument, flag, "is given twice", remedy: "Give it once.")
      }
      if argument == flag {
        guard let value = rest.popFirst(), !value.hasPrefix("--") else {
          throw ConfigurationError(.misplacedArgument, flag, "has no value", remedy: "Write \(flag) value.")
        }
      }
    }
  }

  private static let known = Set(SettingName.all.flatMap { [$0.flag, $0.fileFlag] })

  /// The text of `--help`.
  static func help(for service: ServiceName) -> String {
    let lines = SettingName.all.map { "  \($0.variable), \($0.flag)\n      \($0.purpose)" }
    return """
      \(service.rawValue): a service of Martlet, a back end for Messenger bots.

      Settings, as variables or flags; a flag wins over a variable, a variable over a file.
      Each also takes a file that holds the value: MARTLET_KEYS_FILE, --keys-file.

      \(lines.joined(separator: "\n"))

      """
  }
}
