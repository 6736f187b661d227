import FoundationEssentials
import Glibc

/// Where the tool runs: its own folder and its terminal.
enum Surroundings {
  /// The running executable itself.
  static var executable: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  /// The folder of the running executable; the services lie beside it.
  static var executables: String {
    executable.split(separator: "/").dropLast().reduce(into: "") { $0 += "/" + $1 }
  }

  /// The example bot: in the nearest folder above the executables, or above the working folder, that has one.
  static var exampleBot: String? {
    for start in [executables, FileManager.default.currentDirectoryPath] {
      var parts = start.split(separator: "/")
      while !parts.isEmpty {
        let bot = "/" + parts.joined(separator: "/") + "/Examples/HelloBot"
        if access(bot, R_OK) == 0 { return bot }
        parts.removeLast()
      }
    }
    return nil
  }

  /// Colours for a person only (https://no-color.org).
  static let hasColour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil

  static let isDebugBuild: Bool = {
    #if DEBUG
      true
    #else
      false
    #endif
  }()

  /// To standard output at once, a whole line at a time, from any thread.
  static func show(_ text: String) { emit(text, to: STDOUT_FILENO) }

  /// To standard error, so that `--json` on standard output stays clean.
  static func tell(_ text: String) { emit(text, to: STDERR_FILENO) }

  private static func emit(_ text: String, to descriptor: Int32) {
    let bytes = Array((text + "\n").utf8)
    _ = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
  }
}
