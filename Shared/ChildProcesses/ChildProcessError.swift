import Glibc

/// A child process could not be started, or a command that had to succeed did not.
package struct ChildProcessError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable { case missingExecutable, spawn, failed }

  package let code: Code
  /// What was being done, for example "start /usr/bin/setpriv".
  package let doing: String
  package let cause: String
  package let remedy: String?

  package init(code: Code, doing: String, cause: String, remedy: String? = nil) {
    self.code = code
    self.doing = doing
    self.cause = cause
    self.remedy = remedy
  }

  package var description: String {
    "could not \(doing): \(cause)" + (remedy.map { "; \($0)" } ?? "")
  }

  static func system(_ number: Int32, doing: String) -> Self {
    Self(code: .spawn, doing: doing, cause: String(cString: strerror(number)))
  }
}
