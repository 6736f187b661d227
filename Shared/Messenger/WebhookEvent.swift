package import JSON

/// One thing that happened in a conversation, or a thing we do not know, kept as it came.
package struct WebhookEvent: Sendable {
  /// Empty when the body names no page.
  package let pageID: String
  /// The person's page-scoped id; `ref:` and the reference for someone known only by a plugin's `user_ref`; empty
  /// when nobody is named.
  package let person: String
  /// A plugin's reference that this event shows to be `person`'s: the one to join with what was known under it.
  package let userRef: String?
  /// Milliseconds since 1970, also where Meta sent seconds; 0 when missing.
  package let time: Int64
  /// A copy for an app that does not own the thread: to be recorded, never to be answered.
  package let isStandby: Bool
  package let kind: Kind
  /// Equal for two deliveries of one event, of one page and one `name`. At most 512 bytes of printable ASCII.
  package let key: String
  package let raw: JSON

  package var name: String { isStandby ? "standby.\(kind.name)" : kind.name }
}

extension WebhookEvent {
  /// `item` holds sender, recipient and event; `raw` is what is kept (the two differ in `changes`).
  init(item: JSON, raw: JSON, page: String?, isStandby: Bool) {
    guard item.object != nil else {
      self.init(odd: isStandby ? "standby" : "messaging", raw: raw, page: page)
      return
    }
    let kind = Kind(of: item)
    let sender = item["sender"]?["id"]?.identifier
    let recipient = item["recipient"]?["id"]?.identifier
    let isFromPage = sender != nil && sender == page || item["message"]?["is_echo"].isTrue == true
    let psid = isFromPage ? recipient : sender
    let reference = item["sender"]?["user_ref"]?.identifier ?? item["optin"]?["user_ref"]?.identifier
    let person = psid ?? reference.map { "ref:\($0)" } ?? ""
    self.init(
      pageID: page ?? (isFromPage ? sender : recipient) ?? "", person: person,
      userRef: psid == nil ? nil : item["prior_message"]?["identifier"]?.identifier ?? reference,
      time: item["timestamp"]?.milliseconds ?? 0, isStandby: isStandby, kind: kind,
      key: EventKey.of(kind, person: person, body: item), raw: raw)
  }

  /// `{field, value}`: a feed, a label, or (from the dashboard's Test button) a messaging event in other clothes.
  init(change: JSON, page: String?) {
    guard let field = change["field"]?.name else {
      self.init(odd: "changes", raw: change, page: page)
      return
    }
    let value = change["value"] ?? .null
    if let kind = Kind(field: field, value: value) {
      self.init(kind, raw: change, page: page)
    } else if Kind.isEvent(value) {
      self.init(item: value, raw: change, page: page, isStandby: field == "standby")
    } else {
      self.init(.unrecognized(field), raw: change, page: page)
    }
  }

  init(odd part: String, raw: JSON, page: String?) {
    self.init(.unknown("\(part).malformed"), raw: raw, page: page)
  }

  /// Something outside of a conversation.
  private init(_ kind: Kind, raw: JSON, page: String?) {
    var (person, time) = ("", Int64(0))
    switch kind {
    case .label(let label): person = label.userID ?? ""
    case .comment(let comment): time = comment.createdAt ?? 0
    default: break
    }
    self.init(
      pageID: page ?? "", person: person, userRef: nil, time: time, isStandby: false, kind: kind,
      key: EventKey.of(kind, person: person, body: raw), raw: raw)
  }
}
