import Synchronization

/// What a page's owner and Meta's review have set: permissions, routing, and who reviews templates.
final class PageSwitches: Sendable {
  struct Switches: Sendable, Hashable {
    /// Permissions that were not granted, or taken back.
    var lacks: Set<String> = []
    /// Conversation routing is set up: threads are taken back, not requested.
    var hasRouting = true
    /// Templates wait for the control side's word; off, they are approved at once.
    var reviewsByHand = false
  }

  private let pages = Mutex<[String: Switches]>([:])

  subscript(page: String) -> Switches { pages.withLock { $0[page] } ?? Switches() }

  func change(_ page: String, _ change: (inout Switches) -> Void) {
    pages.withLock { change(&$0[page, default: Switches()]) }
  }

  func require(_ permission: String, page: String) throws(GraphError) {
    guard !self[page].lacks.contains(permission) else { throw .permission(permission) }
  }
}
