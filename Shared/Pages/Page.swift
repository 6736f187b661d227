/// A page as the services need it: its token, if it has a live one, opened.
package struct Page: Sendable {
  package enum Token: Sendable {
    case live(String)
    case missing
    /// Meta refused it, or it does not open under MARTLET_KEYS.
    case dead
  }

  /// What becomes of a message whose outcome stays open after the grace time.
  package enum UnknownRule: String, Sendable { case resend, hold }

  package let id: String
  package let appID: String?
  package let token: Token
  package let unknownRule: UnknownRule
}

extension Page: CustomStringConvertible, CustomReflectable {
  package var description: String { "Page(\(id))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
