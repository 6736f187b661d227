/// A message tag that Meta takes no more, and since when (Meta, Send API reference and changelog).
package struct RetiredTag: Sendable, Hashable {
  package let name: String
  /// ISO 8601. On this day Meta began to refuse it.
  package let retired: String

  /// Nil for a tag that lives, and for what never was one.
  package init?(_ name: String) {
    let name = name.uppercased()
    if Self.until2026.contains(name) {
      retired = "2026-04-27"
    } else if Self.until2020.contains(name) {
      retired = "2020-03-04"
    } else {
      return nil
    }
    self.name = name
  }

  package static let until2026: Set<String> = [
    "ACCOUNT_UPDATE", "CONFIRMED_EVENT_UPDATE", "POST_PURCHASE_UPDATE",
  ]

  package static let until2020: Set<String> = [
    "COMMUNITY_ALERT", "CONFIRMED_EVENT_REMINDER", "NON_PROMOTIONAL_SUBSCRIPTION", "PAIRING_UPDATE",
    "APPLICATION_UPDATE", "PAYMENT_UPDATE", "PERSONAL_FINANCE_UPDATE", "SHIPPING_UPDATE", "RESERVATION_UPDATE",
    "ISSUE_RESOLUTION", "APPOINTMENT_UPDATE", "GAME_EVENT", "TRANSPORTATION_UPDATE", "FEATURE_FUNCTIONALITY_UPDATE",
    "TICKET_UPDATE", "BUSINESS_PRODUCTIVITY",
  ]
}
