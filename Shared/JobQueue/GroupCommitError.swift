/// Why an item was not taken, or its output not waited for. Whether the operation took effect is open only for `late`.
package struct GroupCommitError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    /// As many wait already as may.
    case full
    /// The operation that runs has taken so long that who comes now would only wait with the others.
    case stalled
    /// The caller's time was over before the operation was.
    case late
  }

  package let code: Code

  init(_ code: Code) {
    self.code = code
  }

  package var description: String { "Waiting in line failed: \(what). \(remedy)" }

  private var what: String {
    switch code {
    case .full: "it is as long as it may be"
    case .stalled: "its head has not moved for too long"
    case .late: "the time allowed was over"
    }
  }

  package var remedy: String {
    switch code {
    case .full: "Let the caller come again, or add another process."
    case .stalled, .late: "Look for a lock or an overloaded PostgreSQL: SELECT * FROM pg_stat_activity."
    }
  }
}
