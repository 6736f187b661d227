import Configuration

/// The three sources in their order, and the reading of each kind of value out of them.
struct SettingValues: Sendable {
  /// The flags, apart from the rest: the command line provider splits at commas, which JSON is full of.
  private let flags: ConfigReader
  private let others: ConfigReader

  init(environment: [String: String], arguments: [String]) throws {
    try CommandLineFlags.check(arguments)
    let secrets = SecretsSpecifier<String, String>.all
    flags = ConfigReader(provider: CommandLineArgumentsProvider(arguments: arguments, secretsSpecifier: secrets))
    let set = environment.filter { $0.key.hasPrefix("MARTLET_") && !$0.value.isEmpty }
    let variables = EnvironmentVariablesProvider(environmentVariables: set, secretsSpecifier: secrets)
    var paths: [SettingName: String] = [:]
    for name in SettingName.all where set[name.variable] == nil {
      let key = ConfigKey(name.components + ["file"])
      if let path = flags.stringArray(forKey: key)?.joined(separator: ",") ?? set[name.fileVariable] {
        paths[name] = path
      }
    }
    others = ConfigReader(providers: [
      variables.prefixKeys(with: ConfigKey([SettingName.prefix])), try SecretFiles.provider(paths: paths),
    ])
  }

  func string(_ name: SettingName) -> String? {
    let key = ConfigKey(name.components)
    let flag = flags.stringArray(forKey: key, isSecret: name.isSecret)?.joined(separator: ",")
    guard let value = flag ?? others.string(forKey: key, isSecret: name.isSecret), !value.isEmpty else { return nil }
    return value
  }

  func int(_ name: SettingName, default standard: Int, in range: ClosedRange<Int>) throws -> Int {
    guard let text = string(name) else { return standard }
    guard let value = Int(text) else { throw ConfigurationError.malformed(name, "is not a whole number") }
    guard range.contains(value) else {
      throw ConfigurationError.outOfRange(name, "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func seconds(_ name: SettingName, default standard: Duration, in range: ClosedRange<Duration>) throws -> Duration {
    guard let text = string(name) else { return standard }
    guard let number = Double(text), number.isFinite, number.magnitude < 1e9 else {
      throw ConfigurationError.malformed(name, "is not a number of seconds")
    }
    let value = Duration.seconds(number)
    guard range.contains(value) else {
      throw ConfigurationError.outOfRange(name, "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  func bool(_ name: SettingName, default standard: Bool) throws -> Bool {
    switch string(name)?.lowercased() {
    case nil: standard
    case "true": true
    case "false": false
    default: throw ConfigurationError.malformed(name, "is neither true nor false")
    }
  }

  func choice<Choice: RawRepresentable & CaseIterable>(
    _ name: SettingName, default standard: Choice
  ) throws -> Choice where Choice.RawValue == String {
    guard let text = string(name) else { return standard }
    guard let value = Choice(rawValue: text.lowercased()) else {
      throw ConfigurationError.malformed(name, "is none of the words it takes")
    }
    return value
  }

  /// An http or https address, without the slash at its end.
  func url(_ name: SettingName) throws -> String? {
    guard var text = string(name) else { return nil }
    guard text.hasPrefix("http://") || text.hasPrefix("https://"), !text.contains(where: \.isWhitespace) else {
      throw ConfigurationError.malformed(name, "is not an http:// or https:// address")
    }
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
