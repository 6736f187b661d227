import JSON

/// A person tied their account with the owner to the conversation, or untied it (Meta, `messaging_account_linking`).
package struct AccountLinking: Sendable, Hashable {
  package var isLinked: Bool
  /// What the owner's login page gave, only when linked. A secret: never in a log.
  package var authorizationCode: String?

  package init(isLinked: Bool, authorizationCode: String? = nil) {
    self.isLinked = isLinked
    self.authorizationCode = authorizationCode
  }
}

extension AccountLinking {
  init?(_ body: JSON) {
    switch body["status"]?.text?.lowercased() {
    case "linked": self.init(isLinked: true, authorizationCode: body["authorization_code"]?.text)
    case "unlinked": self.init(isLinked: false)
    default: return nil
    }
  }
}

extension AccountLinking: Understood {
  var understood: JSON {
    .understood(["status": isLinked ? "linked" : "unlinked", "authorization_code": authorizationCode])
  }
}
