import JSON

/// Which app may write in a conversation changed, or one asks for it (Meta, `messaging_handovers`).
package struct ThreadControl: Sendable, Hashable {
  package enum Action: Sendable, Hashable, CaseIterable {
    case pass, take, request

    /// Meta's member for it, and the event's name.
    package var member: String {
      switch self {
      case .pass: "pass_thread_control"
      case .take: "take_thread_control"
      case .request: "request_thread_control"
      }
    }
  }

  package var action: Action
  /// Nil when the thread was idle.
  package var previousOwner: String?
  /// Nil where Meta did not say: older forms name one of the two.
  package var newOwner: String?
  /// Which app asks.
  package var requestedOwner: String?
  package var metadata: String?

  package init(
    _ action: Action, previousOwner: String? = nil, newOwner: String? = nil, requestedOwner: String? = nil,
    metadata: String? = nil
  ) {
    self.action = action
    self.previousOwner = previousOwner
    self.newOwner = newOwner
    self.requestedOwner = requestedOwner
    self.metadata = metadata
  }
}

extension ThreadControl {
  init?(_ action: Action, _ body: JSON) {
    self.init(
      action, previousOwner: body["previous_owner_app_id"]?.identifier,
      newOwner: body["new_owner_app_id"]?.identifier, requestedOwner: body["requested_owner_app_id"]?.identifier,
      metadata: body["metadata"]?.text)
    if previousOwner == nil, newOwner == nil, requestedOwner == nil { return nil }
  }
}

extension ThreadControl: Understood {
  var understood: JSON {
    .understood([
      "previous_owner": previousOwner, "new_owner": newOwner, "requested_owner": requestedOwner,
      "metadata": metadata,
    ])
  }
}
