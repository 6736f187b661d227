import JSON

/// What makes a second delivery of an event recognisable: Meta sends again for hours, now and then with another
/// timestamp. Kinds with a message id are exact; for the rest two equal bodies within the dedupe time count as one.
enum EventKey {
  static func of(_ kind: WebhookEvent.Kind, person: String, item: JSON, raw: JSON) -> String {
    switch kind {
    case .message(let message): bounded(message.mid)
    case .echo(let echo): bounded(echo.mid)
    case .postback(let postback): postback.mid.map(bounded) ?? fingerprint(of: raw)
    case .delivery(let delivery):
      bounded("\(person):\(delivery.watermark):\(delivery.mids.joined(separator: ","))")
    case .read(let read): bounded("\(person):\(read.watermark)")
    case .unknown("message.deleted"): keyed(item["message"], ["mid"]) ?? fingerprint(of: raw)
    case .unknown("message_edit"): keyed(item["message_edit"], ["mid", "num_edit"]) ?? fingerprint(of: raw)
    case .unknown("reaction"):
      keyed(item["reaction"], ["mid", "action"]).map {
        bounded("\($0):\(person):\(item["reaction"]?["emoji"]?.text ?? "")")
      } ?? fingerprint(of: raw)
    case .unknown: fingerprint(of: raw)
    }
  }

  private static func keyed(_ body: JSON?, _ members: [String]) -> String? {
    let parts = members.compactMap { body?[$0]?.text }
    return parts.count == members.count ? bounded(parts.joined(separator: ":")) : nil
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
