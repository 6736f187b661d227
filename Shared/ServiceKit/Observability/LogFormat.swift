import Glibc

/// How log lines look.
package enum LogFormat: String, Sendable, CaseIterable {
  /// One JSON object a line, for machines.
  case json
  /// Time, level, message and metadata in columns, for a person.
  case pretty

  /// For a person at a terminal, else for machines.
  static var standard: LogFormat { isatty(STDERR_FILENO) == 1 ? .pretty : .json }
}
