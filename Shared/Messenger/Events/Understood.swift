package import JSON

/// A value of an event that can be shown: by the names that Meta uses, where it has one.
protocol Understood {
  var understood: JSON { get }
}

extension JSON {
  /// An object of the members that are there: no nil, no empty list, no flag that is off.
  static func understood(_ members: KeyValuePairs<String, (any Understood)?>) -> JSON {
    var object = JSONObject()
    for (name, value) in members {
      guard let json = value?.understood, json != .bool(false), json != .array([]) else { continue }
      object[name] = json
    }
    return .object(object)
  }
}

extension JSON: Understood { var understood: JSON { self } }
extension String: Understood { var understood: JSON { .string(self) } }
extension Bool: Understood { var understood: JSON { .bool(self) } }
extension Int: Understood { var understood: JSON { JSON(self) } }
extension Int64: Understood { var understood: JSON { JSON(self) } }
extension Array: Understood where Element: Understood { var understood: JSON { .array(map(\.understood)) } }

extension WebhookEvent.Kind {
  /// The typed values, for a person to read: `martlet messenger decode`. Holds words and secrets; never for a log.
  package var understood: JSON {
    switch self {
    case .message(let message): message.understood
    case .edit(let edit): edit.understood
    case .unsent(let mid): ["mid": .string(mid)]
    case .reaction(let reaction): reaction.understood
    case .postback(let postback): postback.understood
    case .referral(let referral): referral.understood
    case .optIn(let optIn): optIn.understood
    case .accountLinking(let linking): linking.understood
    case .threadControl(let control): control.understood
    case .appRoles(let roles):
      .object(JSONObject(roles.sorted { $0.key < $1.key }.map { ($0.key, $0.value.understood) }))
    case .echo(let echo): echo.understood
    case .delivery(let delivery): delivery.understood
    case .read(let read): read.understood
    case .policy(let policy): policy.understood
    case .feedback(let feedback): feedback.understood
    case .responseFeedback(let feedback): feedback.understood
    case .order(let order): order.understood
    case .gamePlay(let play): play.understood
    case .coupon(let coupon): coupon.understood
    case .customerInformation(let information): information.understood
    case .leadForm(let id): ["id": .string(id)]
    case .messageRequest(let answer): ["answer": .string(answer)]
    case .templateStatus(let status): status.understood
    case .comment(let comment): comment.understood
    case .label(let label): label.understood
    case .unknown: .object([:])
    }
  }
}
