import JSON

/// A body as a data file writes it: exact text, a whole JSON value, or only the events of one entry.
struct BodyTemplate: Sendable {
  private enum Content: Sendable {
    case text(String)
    /// The events stand in `{"object":"page","entry":[{"id":…,"time":…,"<list>":[…]}]}`, each with sender, recipient and
    /// timestamp unless it has one of these itself.
    case list(String, [String], times: Int)
  }

  private static let lists = ["messaging", "standby", "changes"]
  private let content: Content
  private let before: String
  private let after: String

  init(_ json: JSON) throws(VectorFormError) {
    let hasMetaEscapes = json["escapes"]?.string == "meta"
    func written(_ value: JSON) -> String {
      let text = value.serialized()
      return hasMetaEscapes ? MetaEscapes.apply(to: text) : text
    }
    if let text = json["text"]?.string {
      content = .text(text)
    } else if let value = json["json"] {
      content = .text(written(value))
    } else if let list = Self.lists.first(where: { json[$0] != nil }), let events = json[list]?.array {
      let whole = list == "changes" ? events : events.map(Self.enveloped)
      content = .list(list, whole.map(written), times: json["times"]?.int ?? 1)
    } else {
      throw VectorFormError("it has no body: text, json, messaging, standby or changes")
    }
    before = json["before"]?.string ?? ""
    after = json["after"]?.string ?? ""
  }

  /// The exact bytes.
  func bytes(_ occasion: VectorOccasion) -> [UInt8] {
    var bytes: [UInt8] = []
    occasion.fill(before, into: &bytes)
    switch content {
    case .text(let text): occasion.fill(text, into: &bytes)
    case .list(let name, let events, let times):
      occasion.fill(#"{"object":"page","entry":[{"id":"{page}","time":{time},""# + name + #"":["#, into: &bytes)
      var isFirst = true
      for number in 1...times {
        for event in events {
          if !isFirst { bytes.append(UInt8(ascii: ",")) }
          isFirst = false
          occasion.fill(event, number: number, into: &bytes)
        }
      }
      bytes.append(contentsOf: "]}]}".utf8)
    }
    occasion.fill(after, into: &bytes)
    return bytes
  }

  private static func enveloped(_ event: JSON) -> JSON {
    guard let members = event.object, !members.isEmpty,
      members.keys.allSatisfy({ !["sender", "recipient", "timestamp"].contains($0) })
    else { return event }
    var whole: JSONObject = ["sender": ["id": "{person}"], "recipient": ["id": "{page}"], "timestamp": "{=time}"]
    for (name, value) in members { whole[name] = value }
    return .object(whole)
  }
}

/// How Meta writes JSON: what is not ASCII as `\u` and small digits, and four characters besides.
enum MetaEscapes {
  static func apply(to text: String) -> String {
    var escaped = ""
    for unit in text.utf16 {
      switch unit {
      case 0x2F: escaped += #"\/"#
      case 0x3C: escaped += #"\u003C"#
      case 0x25: escaped += #"\u0025"#
      case 0x40: escaped += #"\u0040"#
      case 0x80...:
        let digits = String(unit, radix: 16)
        escaped += #"\u"# + String(repeating: "0", count: 4 - digits.count) + digits
      default: escaped.unicodeScalars.append(Unicode.Scalar(UInt8(unit)))
      }
    }
    return escaped
  }
}
