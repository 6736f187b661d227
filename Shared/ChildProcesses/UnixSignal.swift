import Glibc

/// A signal by its name, as a person types it ("KILL", "SIGKILL", "kill").
package struct UnixSignal: Sendable, Hashable, CustomStringConvertible {
  package let rawValue: Int32

  package init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// Nil for a name that is not one of the signals a child is ever sent here.
  package init?(name: String) {
    let upper = name.uppercased()
    let bare = upper.hasPrefix("SIG") ? String(upper.dropFirst(3)) : upper
    guard let found = Self.names.first(where: { $0.name == bare }) else { return nil }
    self = found.signal
  }

  package static let hangUp = Self(rawValue: SIGHUP)
  package static let interrupt = Self(rawValue: SIGINT)
  package static let quit = Self(rawValue: SIGQUIT)
  package static let kill = Self(rawValue: SIGKILL)
  package static let terminate = Self(rawValue: SIGTERM)
  package static let stop = Self(rawValue: SIGSTOP)
  package static let resume = Self(rawValue: SIGCONT)
  package static let user1 = Self(rawValue: SIGUSR1)
  package static let user2 = Self(rawValue: SIGUSR2)

  private static let names: [(name: String, signal: Self)] = [
    ("HUP", .hangUp), ("INT", .interrupt), ("QUIT", .quit), ("KILL", .kill), ("TERM", .terminate), ("STOP", .stop),
    ("CONT", .resume), ("USR1", .user1), ("USR2", .user2),
  ]

  /// The name without "SIG", or the number where there is no name.
  package var name: String {
    Self.names.first { $0.signal == self }?.name ?? "\(rawValue)"
  }

  package var description: String { "SIG\(name)" }
}
