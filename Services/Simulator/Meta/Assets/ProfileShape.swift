import JSON

/// What each property of a Messenger profile may hold (Meta, Messenger profile API and its children).
enum ProfileShape {
  private static let limits = LimitTable<PlatformLimit>.meta

  static func check(_ property: String, _ value: JSON) throws(GraphError) {
    switch property {
    case "get_started": try text(value["payload"], .getStarted, "payload")
    case "greeting":
      for item in try localized(value, property) { try text(item["text"], .greeting, "text") }
    case "persistent_menu":
      for item in try localized(value, property) { try check(menu: item) }
    case "ice_breakers": try check(iceBreakers: value)
    case "commands":
      for item in try localized(value, property) {
        for command in try items(item["commands"], .commands, "commands") { try check(command: command) }
      }
    case "whitelisted_domains":
      for domain in try items(value, .domains, property) {
        guard let domain = domain.string, isDomain(domain) else {
          throw .badParameter("param whitelisted_domains must hold https domains")
        }
      }
    case "account_linking_url":
      guard value.string?.hasPrefix("https://") == true else {
        throw .badParameter("param account_linking_url must be a valid URL with https")
      }
    default: throw .badParameter("There is no property \(property)")
    }
  }

  private static func check(menu: JSON) throws(GraphError) {
    for entry in try items(menu["call_to_actions"], .menuItems, "call_to_actions") {
      try text(entry["title"], .menuTitle, "title")
      switch entry["type"]?.string {
      case "postback": try text(entry["payload"], .menuPayload, "payload")
      case "web_url":
        guard entry["url"]?.string?.hasPrefix("http") == true else {
          throw .badParameter("param url must be a valid URL")
        }
      default: throw .badParameter("param type must be one of {postback, web_url}")
      }
    }
  }

  /// The old form has questions at once, the new one by language.
  private static func check(iceBreakers value: JSON) throws(GraphError) {
    let isOld = value[0]?["question"] != nil
    let lists = isOld ? [value] : try localized(value, "ice_breakers").map { $0["call_to_actions"] ?? [] }
    for list in lists {
      for item in try items(list, .iceBreakers, "ice_breakers") {
        guard item["question"]?.string?.isEmpty == false else {
          throw .badParameter("The parameter question is required")
        }
        try text(item["payload"], .menuPayload, "payload")
      }
    }
  }

  private static func check(command: JSON) throws(GraphError) {
    try text(command["name"], .commandName, "name")
    try text(command["description"], .commandText, "description")
    guard command["name"]?.string?.hasPrefix("/") == false else {
      throw .badParameter("param name must not begin with /")
    }
  }

  /// One item a language; there has to be one for the default.
  private static func localized(_ value: JSON, _ name: String) throws(GraphError) -> [JSON] {
    guard let items = value.array, items.contains(where: { $0["locale"] == "default" }) else {
      throw .badParameter("param \(name) needs the locale default")
    }
    guard Set(items.map { $0["locale"] }).count == items.count else {
      throw .badParameter("param \(name) has a locale twice")
    }
    return items
  }

  private static func items(_ value: JSON?, _ limit: PlatformLimit, _ name: String) throws(GraphError) -> [JSON] {
    guard let items = value?.array, limits[limit].contains(items.count) else {
      throw .badParameter("param \(name) must have \(limits[limit].lowerBound) to \(limits[limit].upperBound) elements")
    }
    return items
  }

  private static func text(_ value: JSON?, _ limit: PlatformLimit, _ name: String) throws(GraphError) {
    guard let text = value?.string, limits[limit].contains(text.utf16.count) else {
      throw .badParameter(
        "Length of param \(name) must lie in \(limits[limit].lowerBound) to \(limits[limit].upperBound)")
    }
  }

  private static func isDomain(_ text: String) -> Bool {
    guard text.hasPrefix("https://") else { return false }
    let host = text.dropFirst(8).prefix { $0 != "/" && $0 != ":" }
    return host.contains(".") && host != "localhost" && !host.allSatisfy { $0.isNumber || $0 == "." }
  }
}
