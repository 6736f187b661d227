import JSON
import Testing

@testable import Messenger

/// One shape of one event, as Meta's reference or a published fixture has it, and what it has to be read as.
struct CatalogueRow: Sendable, CustomTestStringConvertible {
  let what: String
  /// The members beside sender, recipient and timestamp; for a change, its `value`.
  let members: JSON
  /// The change's field; nil for a messaging event.
  var field: String?
  let kind: String
  let understood: JSON

  init(_ what: String, _ members: String, _ kind: String, _ understood: String) {
    self.what = what
    self.members = Self.json(members)
    self.kind = kind
    self.understood = Self.json(understood)
  }

  init(_ what: String, field: String, _ value: String, _ kind: String, _ understood: String) {
    self.init(what, value, kind, understood)
    self.field = field
  }

  var testDescription: String { what }

  private static func json(_ text: String) -> JSON {
    do { return try JSON(parsing: text) } catch { preconditionFailure("\(error) in \(text)") }
  }

  static let time: Int64 = 1_700_000_000_123

  /// The event as Meta sends it, from person 24 to page 1; echoes the other way.
  var item: JSON {
    guard let field else {
      var item: JSONObject = ["timestamp": JSON(Self.time)]
      let isEcho = members["message"]?["is_echo"] != nil
      item["sender"] = ["id": isEcho ? "1" : "24"]
      item["recipient"] = ["id": isEcho ? "24" : "1"]
      for (name, value) in members.object ?? [:] { item[name] = value }
      return .object(item)
    }
    return ["field": .string(field), "value": members]
  }

  static var all: [CatalogueRow] { messaging + changes }
  static var messaging: [CatalogueRow] {
    messages + attachments + echoes + receipts + people + optIns + routing + forms
  }
}

func event(_ item: JSON, part: String = "messaging", page: JSON = "1") throws -> WebhookEvent {
  let entry: JSONObject = ["id": page, "time": 1_700_000_000_500, "\(part)": [item]]
  let events = try Webhook.events(in: ["object": "page", "entry": [.object(entry)]])
  return try #require(events.count == 1 ? events.first : nil)
}
