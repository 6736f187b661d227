package import JSON
package import Messenger

/// ingress → identity: who a person is, and what ties them to somebody the owner knows. Kinds `profile`,
/// `account_linking` and `optin`, version 1.
package enum IdentifyJob: Sendable, Hashable {
  package static let version = 1

  /// Somebody new: their profile is wanted.
  case profile
  /// The code, which is a secret, only where they logged in.
  case accountLinking(isLinked: Bool, authorizationCode: String?, time: Int64)
  /// `ref` is what the owner's page gave the plugin to know the person by. The opt-in itself stands in `contact_optin`.
  case optIn(kind: String, ref: String?, userRef: String?, time: Int64)

  package init?(_ event: WebhookEvent) {
    switch event.kind {
    case .accountLinking(let linking):
      self = .accountLinking(
        isLinked: linking.isLinked, authorizationCode: linking.authorizationCode, time: event.time)
    case .optIn(let optIn):
      self = .optIn(kind: optIn.kind.name, ref: optIn.ref, userRef: optIn.userRef, time: event.time)
    default: return nil
    }
  }

  package init(kind: String, payload: [UInt8]) throws(ContractError) {
    let json = try ContractError.parse(payload, "identify")
    let time = json["time"]?.int64 ?? 0
    switch (kind, json["linked"]?.bool, json["optin"]?.string) {
    case ("profile", _, _): self = .profile
    case ("account_linking", let isLinked?, _):
      self = .accountLinking(isLinked: isLinked, authorizationCode: json["code"]?.string, time: time)
    case ("optin", _, let optIn?):
      self = .optIn(kind: optIn, ref: json["ref"]?.string, userRef: json["user_ref"]?.string, time: time)
    default: throw ContractError(queue: "identify", problem: "nothing known of kind \(kind) in this shape")
    }
  }

  package var payload: JSON {
    switch self {
    case .profile: return [:]
    case .accountLinking(let isLinked, let code, let time):
      var members: JSONObject = ["linked": .bool(isLinked), "time": JSON(time)]
      members["code"] = code.map { .string($0) }
      return .object(members)
    case .optIn(let kind, let ref, let userRef, let time):
      var members: JSONObject = ["optin": .string(kind), "time": JSON(time)]
      members["ref"] = ref.map { .string($0) }
      members["user_ref"] = userRef.map { .string($0) }
      return .object(members)
    }
  }
}
