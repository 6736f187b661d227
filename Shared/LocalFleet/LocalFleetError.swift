/// A process of the fleet did not start, or did not become ready.
package struct LocalFleetError: Error, Sendable, CustomStringConvertible {
  package enum Code: Sendable { case unknownInstance, start, ended, notReady, call }

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

  package var description: String {
    "could not \(doing): \(cause)" + (remedy.map { "; \($0)" } ?? "")
  }
}
