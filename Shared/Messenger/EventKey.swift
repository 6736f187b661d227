import JSON

/// What makes a second delivery of an event recognisable: Meta sends again for hours, now and then with another
/// timestamp. Kinds with a message id are exact; for the rest two equal bodies within the dedupe time count as one.
enum EventKey {
  static func of(_ kind: WebhookEvent.Kind, person: String, raw: JSON) -> String {
    switch kind {
    case .message(let message): bounded(message.mid)
    case .echo(let echo): bounded(echo.mid)
    case .unsent(let mid): bounded(mid)
    case .postback(let postback): postback.mid.map(bounded) ?? fingerprint(of: raw)
    case .edit(let edit): edit.number.map { bounded("\(edit.mid):\($0)") } ?? fingerprint(of: raw)
    case .reaction(let reaction):
      bounded("\(reaction.mid):\(reaction.isAdded ? "react" : "unreact"):\(person):\(reaction.emoji ?? "")")
    case .delivery(let delivery):
      bounded("\(person):\(delivery.watermark):\(delivery.mids.joined(separator: ","))")
    case .read(let read): bounded("\(person):\(read.watermark)")
    default: fingerprint(of: raw)
    }
  }

  /// A unique index takes only so many bytes, and `text` in PostgreSQL no U+0000.
  private static func bounded(_ key: String) -> String {
    key.utf8.count <= 512 && key.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? key : fingerprint(of: .string(key))
  }

  /// Members in the order of their names, without the timestamp: what a second delivery may change.
  private static func fingerprint(of raw: JSON) -> String {
    var body = raw
    if case .object(var members) = raw {
      members["timestamp"] = nil
      if case .object(var value)? = members["value"] {
        value["timestamp"] = nil
        members["value"] = .object(value)
      }
      body = .object(members)
    }
    return "h:\(Fingerprint(of: body.sorted.bytes()))"
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
