import ChildProcesses

/// A private PostgreSQL could not be made, started or stopped.
package struct LocalClusterError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable { case notInstalled, noUser, folder, initialise, start, inUse, stop, command }

  package let code: Code
  package let doing: String
  package let cause: String
  package let remedy: String?

  package init(code: Code, doing: String, cause: String, remedy: String? = nil) {
    self.code = code
    self.doing = doing
    self.cause = cause
    self.remedy = remedy
  }

  init(code: Code, doing: String, _ error: ChildProcessError) {
    self.init(code: code, doing: doing, cause: error.cause, remedy: error.remedy)
  }

  package var description: String {
    "could not \(doing): \(cause)" + (remedy.map { "; \($0)" } ?? "")
  }
}
