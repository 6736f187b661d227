/// What to run: one executable with its arguments, environment and user.
package struct ChildCommand: Sendable {
  /// Absolute path; PATH is not searched.
  package var executable: String
  package var arguments: [String]
  /// The whole environment of the child; nothing is inherited beside it.
  package var environment: [String: String]
  /// Working folder; nil keeps the parent's.
  package var folder: String?
  /// The user to become first. Only root can ask for one.
  package var user: UnixUser?
  /// Sent to the child by the kernel when this process dies, however it dies (prctl(2), PR_SET_PDEATHSIG).
  package var signalWhenParentDies: UnixSignal

  package init(
    _ executable: String, _ arguments: [String] = [], environment: [String: String] = [:], folder: String? = nil,
    user: UnixUser? = nil, signalWhenParentDies: UnixSignal = .terminate
  ) {
    self.executable = executable
    self.arguments = arguments
    self.environment = environment
    self.folder = folder
    self.user = user
    self.signalWhenParentDies = signalWhenParentDies
  }
}

/// Where the child's standard output and standard error go, both to the same place.
package enum ChildOutput: Sendable {
  case discard
  /// Appended to a file, which is created with mode 0600.
  case file(String)
  /// Line by line, without the line end, on the child's own thread. Longer lines are cut at 64 KiB.
  case lines(@Sendable (String) -> Void)
}

/// How a child ended.
package enum ChildExit: Sendable, Hashable, CustomStringConvertible {
  case code(Int32)
  case signal(Int32)

  package var description: String {
    switch self {
    case .code(let code): "exit status \(code)"
    case .signal(let number): "killed by \(UnixSignal(rawValue: number))"
    }
  }
}
