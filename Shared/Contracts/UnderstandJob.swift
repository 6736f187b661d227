package import JSON
package import Messenger

/// ingress → nlu: something a person did that drives the dialogue. Kinds `message`, `postback` and
/// `referral`, version 1.
package struct UnderstandJob: Sendable, Hashable {
  package static let version = 1

  /// What the person wrote, the payload of what they tapped, or the `ref` of the link they came by; nil for attachments
  /// alone.
  package let text: String?
  /// The message's id at Meta; referrals and postbacks of old versions have none.
  package let mid: String?
  /// When it happened, in milliseconds since 1970, by Meta's clock.
  package let time: Int64

  package init?(_ event: WebhookEvent) {
    switch event.kind {
    case .message(let message):
      self.init(text: message.quickReplyPayload ?? message.text, mid: message.mid, time: event.time)
    case .postback(let postback):
      self.init(text: postback.payload ?? postback.title, mid: postback.mid, time: event.time)
    case .referral(let referral):
      self.init(text: referral.ref, mid: nil, time: event.time)
    default:
      return nil
    }
  }

  package init(text: String?, mid: String?, time: Int64) {
    self.text = text
    self.mid = mid
    self.time = time
  }

  package init(payload: [UInt8]) throws(ContractError) {
    let json = try ContractError.parse(payload, "understand")
    self.init(text: json["text"]?.string, mid: json["mid"]?.string, time: json["time"]?.int64 ?? 0)
  }

  package var payload: JSON {
    var members: JSONObject = ["time": JSON(time)]
    members["text"] = text.map { .string($0) }
    members["mid"] = mid.map { .string($0) }
    return .object(members)
  }
}
