import JSON

/// Meta warned, blocked or unblocked the page (Meta, `messaging_policy_enforcement`): nobody's conversation.
package struct PolicyEnforcement: Sendable, Hashable {
  /// `warning`, `block` or `unblock`.
  package var action: String
  package var reason: String?

  package init(action: String, reason: String? = nil) {
    self.action = action
    self.reason = reason
  }
}

extension PolicyEnforcement {
  init?(_ body: JSON) {
    guard let action = body["action"]?.text else { return nil }
    self.init(action: action, reason: body["reason"]?.text)
  }
}

extension PolicyEnforcement: Understood {
  var understood: JSON { .understood(["action": action, "reason": reason]) }
}
