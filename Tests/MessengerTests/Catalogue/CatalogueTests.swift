import JSON
import Testing

@testable import Messenger

@Suite("Every event of Meta's catalogue is read")
struct CatalogueTests {
  private static let members = [
    "message", "delivery", "read", "postback", "reaction", "message_edit", "referral", "optin", "account_linking",
    "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles", "policy_enforcement",
    "policy-enforcement", "messaging_feedback", "response_feedback", "order", "game_play", "template",
    "messaging_customer_information", "form", "message_request", "message_template_status_update",
  ]

  @Test("as what it is", arguments: CatalogueRow.all)
  func read(row: CatalogueRow) throws {
    let event = try event(row.item, part: row.field == nil ? "messaging" : "changes")
    #expect(event.kind.name == row.kind)
    #expect(event.kind.understood == row.understood)
    #expect(event.raw == row.item)
    #expect(event.pageID == "1")
    #expect(!event.key.isEmpty)
  }

  @Test("from the person to the page, and an echo the other way", arguments: CatalogueRow.messaging)
  func ends(row: CatalogueRow) throws {
    let event = try event(row.item)
    let checkbox = row.understood["kind"] == "checkbox"
    let isNobodys = row.members["sender"] == .null
    #expect(event.person == (checkbox ? "ref:ref-1" : isNobodys ? "" : "24"))
    #expect(event.time == CatalogueRow.time)
  }

  @Test("with its ids as numbers and its numbers as text", arguments: CatalogueRow.all)
  func swapped(row: CatalogueRow) throws {
    let part = row.field == nil ? "messaging" : "changes"
    let (plain, swapped) = (try event(row.item, part: part), try event(row.item.swapped, part: part, page: 1))
    #expect(swapped.raw != plain.raw || row.field != nil)
    #expect(swapped.kind.name == row.kind)
    #expect(swapped.kind.understood == row.understood)
    #expect((swapped.pageID, swapped.person, swapped.time) == (plain.pageID, plain.person, plain.time))
  }

  @Test("beside members that are null", arguments: CatalogueRow.messaging)
  func nulls(row: CatalogueRow) throws {
    var item = JSONObject(Self.members.map { ($0, JSON.null) })
    for (name, value) in row.item.object ?? [:] { item[name] = value }
    #expect(try event(.object(item)).kind == event(row.item).kind)
  }

  @Test("with null in place of whatever may be missing", arguments: CatalogueRow.messaging)
  func missing(row: CatalogueRow) throws {
    for (name, body) in row.members.object ?? [:] {
      for (member, _) in body.object ?? [:] {
        var (without, null) = (row.item, row.item)
        without[name, member] = nil
        null[name, member] = .null
        #expect(try event(without).kind.name == event(null).kind.name)
      }
    }
  }

  @Test("as a standby copy, a kind of its own", arguments: CatalogueRow.messaging)
  func standby(row: CatalogueRow) throws {
    let event = try event(row.item, part: "standby")
    #expect(event.isStandby)
    #expect(event.name == "standby.\(row.kind)")
    #expect(event.kind.understood == row.understood)
  }

  @Test("in the clothes of a change, with the same key", arguments: CatalogueRow.messaging)
  func change(row: CatalogueRow) throws {
    let (change, plain) = (
      try event(["field": "messages", "value": row.item], part: "changes"), try event(row.item)
    )
    #expect(change.name == row.kind)
    #expect(change.kind == plain.kind)
    #expect((change.person, change.time, change.key) == (plain.person, plain.time, plain.key))
    #expect(change.raw["field"] == "messages")
    #expect(try event(["field": .string(row.kind), "value": row.item], part: "changes").kind == plain.kind)
    #expect(try event(["field": "standby", "value": row.item], part: "changes").name == "standby.\(row.kind)")
  }

  @Test("whatever stands between")
  func neighbours() throws {
    let odd: [JSON] = [.null, 5, "x", [], [:], ["message": .null], ["sender": 5], ["read": "soon"], [["message": 1]]]
    let rows = CatalogueRow.messaging
    var items: [JSON] = []
    for (place, row) in rows.enumerated() { items += [odd[place % odd.count], row.item] }
    let entries: [JSON] = [
      5, .null, ["id": "1"], ["id": "1", "messaging": 7], ["id": "1", "messaging": .array(items), "standby": .null],
    ]
    let events = try Webhook.events(in: ["object": "page", "entry": .array(entries)])
    #expect(events.count == 4 + 2 * rows.count)
    #expect(events.dropFirst(4).enumerated().filter { $0.offset % 2 == 1 }.map(\.element.name) == rows.map(\.kind))
  }

  @Test("and none is left out: every kind has a row")
  func complete() {
    let kinds = Set(CatalogueRow.all.map(\.kind))
    #expect(kinds.isSuperset(of: Self.members.map { $0.replacing("policy-e", with: "policy_e") }))
    #expect(kinds.isSuperset(of: ["echo", "unsent", "feed.comment", "inbox_labels"]))
    #expect(kinds.count == 27)
  }
}

extension JSON {
  /// Digits in quotes without them, numbers in quotes; not within what is kept as it came.
  fileprivate var swapped: JSON {
    switch self {
    case .number(let text): .string(text)
    case .string(let text): Int64(text).map { String($0) } == text ? .number(text) : self
    case .array(let elements): .array(elements.map(\.swapped))
    case .object(let members):
      .object(
        JSONObject(
          members.map { ($0.key, ["nlp", "story", "ads_context_data"].contains($0.key) ? $0.value : $0.value.swapped) })
      )
    default: self
    }
  }

  /// A member of a member.
  fileprivate subscript(name: String, member: String) -> JSON? {
    get { self[name]?[member] }
    set {
      guard case .object(var outer) = self, case .object(var inner)? = outer[name] else { return }
      inner[member] = newValue
      outer[name] = .object(inner)
      self = .object(outer)
    }
  }
}
