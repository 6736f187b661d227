package import JSON

/// The body of a webhook POST, taken apart (Meta, Webhooks: up to 1000 updates over several entries in one POST).
package enum Webhook {
  /// Every event of every entry, in the order of the body. Only a body that is no page notification at all throws:
  /// whatever is odd inside one becomes an `unknown` event, so that its neighbours still count and nothing is lost.
  package static func events(in body: JSON) throws(MessengerError) -> [WebhookEvent] {
    guard let object = body["object"]?.string else { throw MessengerError(.notAWebhook) }
    guard object == "page" else { throw MessengerError(.otherObject) }
    guard let entries = body["entry"]?.array else { throw MessengerError(.notAWebhook) }
    return entries.flatMap(events(inEntry:))
  }

  /// The same for a piece of a body, as it is found in examples and logs: an entry, an event or a change alone.
  package static func events(inPiece piece: JSON) throws(MessengerError) -> [WebhookEvent] {
    if piece["object"] != nil || piece["entry"] != nil { return try events(in: piece) }
    if parts.contains(where: { piece[$0] != nil }) { return events(inEntry: piece) }
    if piece["field"] != nil, piece["value"] != nil { return [WebhookEvent(change: piece, page: nil)] }
    guard WebhookEvent.Kind.isEvent(piece) || piece["recipient"] != nil else { throw MessengerError(.notAPiece) }
    return [WebhookEvent(item: piece, raw: piece, page: nil, isStandby: false)]
  }

  private static let parts = ["messaging", "standby", "changes"]

  private static func events(inEntry entry: JSON) -> [WebhookEvent] {
    let page = entry["id"]?.identifier
    let parts = Self.parts.filter { entry[$0]?.isNull == false }
    guard !parts.isEmpty else { return [WebhookEvent(odd: "entry", raw: entry, page: page)] }
    return parts.flatMap { part -> [WebhookEvent] in
      guard let items = entry[part]?.array else {
        return [WebhookEvent(odd: part, raw: entry[part] ?? .null, page: page)]
      }
      return items.map { item in
        switch part {
        case "changes": WebhookEvent(change: item, page: page)
        default: WebhookEvent(item: item, raw: item, page: page, isStandby: part == "standby")
        }
      }
    }
  }
}
