/// The tags of `MESSAGE_TAG` and the day each was switched off (Meta, Send API reference and changelog).
struct MessageTag: Sendable, Hashable {
  let name: String
  /// Year, month and day; nil for one in use.
  let retired: String?
  /// Midnight (UTC) of that day, in milliseconds since 1970.
  let retiredAt: Int64

  static func named(_ name: String) -> MessageTag? { byName[name] }

  static let all: [MessageTag] =
    rows(["HUMAN_AGENT", "CUSTOMER_FEEDBACK"], nil, .max)
    + rows(
      ["ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE"], "2026-04-27", 1_777_248_000_000)
    + rows(
      [
        "COMMUNITY_ALERT", "CONFIRMED_EVENT_REMINDER", "NON_PROMOTIONAL_SUBSCRIPTION", "PAIRING_UPDATE",
        "APPLICATION_UPDATE", "PAYMENT_UPDATE", "PERSONAL_FINANCE_UPDATE", "SHIPPING_UPDATE", "RESERVATION_UPDATE",
        "ISSUE_RESOLUTION", "APPOINTMENT_UPDATE", "GAME_EVENT", "TRANSPORTATION_UPDATE",
        "FEATURE_FUNCTIONALITY_UPDATE", "TICKET_UPDATE", "BUSINESS_PRODUCTIVITY",
      ], "2020-03-04", 1_583_280_000_000)

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  private static func rows(_ names: [String], _ day: String?, _ at: Int64) -> [MessageTag] {
    names.map { MessageTag(name: $0, retired: day, retiredAt: at) }
  }
}
