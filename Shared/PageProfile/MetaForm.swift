import JSON

/// Each property in one form, whoever wrote it: what Meta answers and what a file says can then be compared. Defaults are
/// left out, locales and domains stand in one order.
enum MetaForm {
  static let defaultLocale = "default"

  /// What Meta answered for a property; nil where it holds something that is not known here.
  static func of(_ property: ProfileProperty, _ json: JSON) -> JSON? {
    switch property {
    case .getStarted: json["payload"]?.text.map { ["payload": .string($0)] }
    case .greeting: localized(json) { entry in entry["text"]?.string.map { ["text": .string($0)] } }
    case .persistentMenu:
      localized(json) { entry in
        guard var menu = list(entry, "call_to_actions", menuItem) else { return nil }
        menu["composer_input_disabled"] = .bool(entry["composer_input_disabled"]?.bool ?? false)
        return menu
      }
    case .iceBreakers:
      // The older form has the questions at once, without a locale.
      localized(json[0]?["question"] == nil ? json : [["locale": "default", "call_to_actions": json]]) {
        list($0, "call_to_actions") { strings($0, ["question", "payload"]) }
      }
    case .commands: localized(json) { list($0, "commands") { strings($0, ["name", "description"]) } }
    case .whitelistedDomains: domains(json)
    case .accountLinkingURL: json.string.map { .string($0) }
    }
  }

  /// `default` first, the others by name.
  static func byLocale(_ entries: [JSON]) -> JSON {
    func place(_ entry: JSON) -> (Int, String) {
      let locale = entry["locale"]?.string ?? defaultLocale
      return (locale == defaultLocale ? 0 : 1, locale)
    }
    return .array(entries.sorted { place($0) < place($1) })
  }

  static func menuItem(_ json: JSON) -> JSON? {
    switch json["type"]?.string {
    case "postback":
      guard let title = json["title"]?.string, let payload = json["payload"]?.text else { return nil }
      return ["type": "postback", "title": .string(title), "payload": .string(payload)]
    case "web_url":
      guard let title = json["title"]?.string, let url = json["url"]?.string else { return nil }
      var item: JSONObject = ["type": "web_url", "title": .string(title), "url": .string(url)]
      item["webview_height_ratio"] = word(json["webview_height_ratio"], unless: "full")
      if json["messenger_extensions"]?.bool == true { item["messenger_extensions"] = true }
      item["fallback_url"] = word(json["fallback_url"], unless: "")
      item["webview_share_button"] = word(json["webview_share_button"], unless: "show")
      return .object(item)
    default: return nil
    }
  }

  /// `https://` and the host in small letters, and its port; nil for anything more, and for what Meta does not take.
  static func domain(_ text: String) -> String? {
    guard text.lowercased().hasPrefix("https://") else { return nil }
    var origin = text.lowercased().dropFirst(8)
    if origin.hasSuffix("/") { origin.removeLast() }
    let parts = origin.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let host = parts.first, host.contains("."), !host.hasPrefix("."), !host.hasSuffix("."),
      host.utf8.allSatisfy({ $0 == 0x2D || $0 == 0x2E || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) }),
      host.split(separator: ".").last?.allSatisfy(\.isNumber) == false,
      parts.count == 1 || Int(parts[1]).map({ (1...65535).contains($0) }) == true
    else { return nil }
    return "https://\(origin)"
  }

  static func isLink(_ text: String, _ schemes: [String]) -> Bool {
    guard let scheme = schemes.first(where: text.hasPrefix) else { return false }
    let rest = text.dropFirst(scheme.count)
    return !rest.isEmpty && rest.first != "/" && !text.contains(where: \.isWhitespace)
  }

  private static func domains(_ json: JSON) -> JSON? {
    guard let items = json.array else { return nil }
    // What Meta has is shown as it is, even where a file could not say so.
    return .array(Set(items.compactMap(\.string).map { domain($0) ?? $0 }).sorted().map { .string($0) })
  }

  private static func localized(_ json: JSON, _ read: (JSON) -> JSONObject?) -> JSON? {
    guard let entries = json.array else { return nil }
    var found: [JSON] = []
    for entry in entries {
      guard let value = read(entry) else { return nil }
      let locale = JSON.string(entry["locale"]?.string ?? defaultLocale)
      found.append(.object(JSONObject([("locale", locale)] + value.map { ($0.key, $0.value) })))
    }
    return byLocale(found)
  }

  private static func list(_ entry: JSON, _ name: String, _ read: (JSON) -> JSON?) -> JSONObject? {
    guard let items = entry[name]?.array else { return nil }
    let known = items.compactMap(read)
    guard known.count == items.count else { return nil }
    return [name: .array(known)]
  }

  private static func strings(_ json: JSON, _ names: [String]) -> JSON? {
    var found = JSONObject()
    for name in names {
      guard let text = json[name]?.text else { return nil }
      found[name] = .string(text)
    }
    return .object(found)
  }

  private static func word(_ json: JSON?, unless standard: String) -> JSON? {
    guard let text = json?.string, !text.isEmpty, text != standard else { return nil }
    return .string(text)
  }
}
