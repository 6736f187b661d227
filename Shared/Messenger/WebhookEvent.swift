package import JSON

/// One thing that happened in a conversation, or a thing we do not know, kept as it came.
package struct WebhookEvent: Sendable {
  package enum Kind: Sendable, Hashable {
    case message(IncomingMessage)
    case postback(Postback)
    case echo(Echo)
    case delivery(Delivery)
    case read(Read)
    /// The name of the member that was found, such as `reaction`, of the changed field, such as `feed`, or of the
    /// odd thing, such as `message.malformed`.
    case unknown(String)

    package var name: String {
      switch self {
      case .message: "message"
      case .postback: "postback"
      case .echo: "echo"
      case .delivery: "delivery"
      case .read: "read"
      case .unknown(let name): name
      }
    }
  }

  /// Empty when the body names no page.
  package let pageID: String
  /// The person's page-scoped id; `ref:` and the reference for someone known only by a plugin's `user_ref`; empty
  /// when nobody is named.
  package let person: String
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
    var isFromPage = sender != nil && sender == page
    if case .echo = kind { isFromPage = true }
    let reference = item["sender"]?["user_ref"]?.identifier ?? item["optin"]?["user_ref"]?.identifier
    let person = (isFromPage ? recipient : sender) ?? reference.map { "ref:\($0)" } ?? ""
    self.init(
      pageID: page ?? (isFromPage ? sender : recipient) ?? "", person: person,
      time: item["timestamp"]?.milliseconds ?? 0, isStandby: isStandby, kind: kind,
      key: EventKey.of(kind, person: person, item: item, raw: raw), raw: raw)
  }

  /// `{field, value}`: a feed, a label, or (from the dashboard's Test button) a messaging event in other clothes.
  init(change: JSON, page: String?) {
    guard let field = change["field"]?.name else {
      self.init(odd: "changes", raw: change, page: page)
      return
    }
    if let value = change["value"], value["sender"] != nil || value["recipient"] != nil {
      self.init(item: value, raw: change, page: page, isStandby: false)
    } else {
      self.init(nameless: .unknown(field), raw: change, page: page)
    }
  }

  init(odd part: String, raw: JSON, page: String?) {
    self.init(nameless: .unknown("\(part).malformed"), raw: raw, page: page)
  }

  private init(nameless kind: Kind, raw: JSON, page: String?) {
    self.init(
      pageID: page ?? "", person: "", time: 0, isStandby: false, kind: kind,
      key: EventKey.of(kind, person: "", item: raw, raw: raw), raw: raw)
  }
}
