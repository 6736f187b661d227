import JSON

/// What makes a second delivery of an event recognisable: Meta sends again for hours, now and then with another
/// timestamp. Kinds with a message id are exact; for the rest two equal bodies within the dedupe time count as one,
/// save those that set a state, where the time belongs to the body.
enum EventKey {
  /// `body` is the event without the clothes of a change.
  static func of(_ kind: WebhookEvent.Kind, person: String, body: JSON) -> String {
    switch kind {
    case .message(let message): bounded(message.mid)
    case .echo(let echo): bounded(echo.mid)
    case .unsent(let mid): bounded(mid)
    case .postback(let postback): postback.mid.map(bounded) ?? fingerprint(of: body)
    case .edit(let edit): edit.number.map { bounded("\(edit.mid):\($0)") } ?? fingerprint(of: body)
    case .reaction(let reaction):
      bounded("\(reaction.mid):\(reaction.isAdded ? "react" : "unreact"):\(person):\(reaction.emoji ?? "")")
    case .delivery(let delivery):
      bounded("\(person):\(delivery.watermark):\(delivery.mids.joined(separator: ","))")
    case .read(let read): bounded("\(person):\(read.watermark)")
    // A thread goes to and fro between the same two apps in the same words: the second pass is no copy of the first.
    // Were it taken for one, the bot would stay silent; a copy that is applied twice changes nothing.
    case .threadControl, .appRoles, .accountLinking, .policy: fingerprint(of: body, withTime: true)
    default: fingerprint(of: body)
    }
  }

  /// A unique index takes only so many bytes, and `text` in PostgreSQL no U+0000.
  private static func bounded(_ key: String) -> String {
    key.utf8.count <= 512 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? key : fingerprint(of: .string(key))
  }

  /// Members in the order of their names, without what a second delivery may change: the timestamp of an event, and
  /// the time at which an entry was sent.
  private static func fingerprint(of body: JSON, withTime: Bool = false) -> String {
    guard !withTime, case .object(var members) = body else { return "h:\(Fingerprint(of: body.sorted.bytes()))" }
    members["timestamp"] = nil
    members["time"] = nil
    if case .object(var value)? = members["value"] {
      value["timestamp"] = nil
      members["value"] = .object(value)
    }
    return "h:\(Fingerprint(of: JSON.object(members).sorted.bytes()))"
  }
}

extension JSON {
  fileprivate var sorted: JSON {
    switch self {
    case .object(let members):
      .object(JSONObject(members.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted) }))
    case .array(let elements): .array(elements.map(\.sorted))
    default: self
    }
  }
}
