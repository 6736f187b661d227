import Configuration
import Glibc

/// Values read from the files that `NAME_FILE` variables point to, as container platforms mount their secrets.
/// Read once, at start: a file that changes later counts at the next start.
enum SecretFiles {
  static let maximumBytes = 1 << 20

  /// - Parameters:
  ///   - paths: by the variable they stand for, such as `MARTLET_KEYS`.
  /// - Throws: `ConfigurationError` when a file cannot be read, with its path and the system's reason.
  static func provider(paths: [SettingName: String]) throws -> InMemoryProvider {
    var values: [AbsoluteConfigKey: ConfigValue] = [:]
    for (name, path) in paths {
      values[AbsoluteConfigKey(name.components)] = ConfigValue(.string(try read(path, for: name)), isSecret: true)
    }
    return InMemoryProvider(name: "secret files", values: values)
  }

  private static func read(_ path: String, for name: SettingName) throws -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unreadable(name, path, reason: String(cString: strerror(errno))) }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
    var length = 0
    while length < bytes.count {
      let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + length, $0.count - length) }
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(name, path, reason: String(cString: strerror(errno))) }
      if count == 0 { break }
      length += count
    }
    guard length <= maximumBytes else { throw unreadable(name, path, reason: "it is larger than 1 MiB") }
    guard let text = String(validating: bytes[..<length], as: UTF8.self) else {
      throw unreadable(name, path, reason: "it is not UTF-8")
    }
    return String(text.reversed().drop { $0.isWhitespace }.reversed())
  }

  private static func unreadable(_ name: SettingName, _ path: String, reason: String) -> ConfigurationError {
    ConfigurationError(
      .unreadableFile, name.fileVariable, "names \(path), which cannot be read: \(reason)",
      remedy: "Make the file readable for this service, or set \(name.variable).")
  }
}
