import JSON

/// A template's buttons (Meta, buttons).
enum ButtonShape {
  /// `element_share` and `payment` are gone.
  static let types: Set<String> = [
    "web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play",
  ]
  static let heights: Set<String> = ["compact", "tall", "full"]

  static func check(_ buttons: Field, _ limit: SendLimit) throws(GraphError) {
    let items = try buttons.items(limit)
    for button in items { try check(button) }
    let links = items.count { $0["type"].json == "account_link" }
    guard buttons.limits[.accountLinks].contains(links) else {
      throw .badParameter("param buttons must have at most one account_link")
    }
  }

  private static func check(_ button: Field) throws(GraphError) {
    switch try button["type"].one(of: types) {
    case "web_url":
      try button["title"].text(.buttonTitle)
      try check(link: button)
    case "postback":
      try button["title"].text(.buttonTitle)
      try button["payload"].text(.buttonPayload)
    case "phone_number":
      try button["title"].text(.buttonTitle)
      guard try button["payload"].anyText().hasPrefix("+") else {
        throw .badParameter("param payload must be a phone number with + and its country")
      }
    case "account_link": try button["url"].url(secure: true)
    case "game_play": try button["title"].text(.buttonTitle)
    default: break
    }
  }

  /// What a tap on a button, or on an element as a whole, opens.
  static func check(link: Field) throws(GraphError) {
    try link["url"].url(secure: link["messenger_extensions"].json?.bool ?? false)
    let height = link["webview_height_ratio"]
    if height.isPresent { try height.one(of: heights) }
  }

  /// An element's own tap: a link without a title.
  static func check(action: Field) throws(GraphError) {
    guard action.isPresent else { return }
    try action["type"].one(of: ["web_url"])
    guard !action["title"].isPresent else { throw .badParameter("param default_action must have no title") }
    try check(link: action)
  }
}
