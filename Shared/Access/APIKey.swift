package import Messenger

/// A key that was checked: who calls, and what they may do where.
package struct APIKey: Sendable, Hashable {
  /// Names the key in lists and ledgers; no secret.
  package let id: String
  /// The person or the system that holds it.
  package let name: String
  package let rights: Set<APIRight>
  /// Nil: every page.
  package let pages: Set<String>?

  init(id: String, name: String, rights: Set<APIRight>, pages: Set<String>?) {
    self.id = id
    self.name = name
    self.rights = rights
    self.pages = pages
  }

  package func covers(page: String) -> Bool { pages?.contains(page) ?? true }

  package func may(_ right: APIRight, on page: String) -> Bool { rights.contains(right) && covers(page: page) }

  /// In whose name a person's message goes; nil where this key may not send as one.
  package func operatorKey(on page: String) -> OperatorKey? {
    may(.humanAgent, on: page) ? OperatorKey(checked: id) : nil
  }
}
