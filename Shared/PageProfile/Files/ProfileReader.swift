import JSON

/// Reads `profile.yaml` into Meta's form, and looks at every limit on the way.
enum ProfileReader {
  static func read(_ root: YAMLField) -> [ProfileProperty: PageProfile.Wish] {
    var wishes: [ProfileProperty: PageProfile.Wish] = [:]
    for (name, field) in root.members(ProfileProperty.allCases.map(\.rawValue)) ?? [:] {
      guard let property = ProfileProperty(rawValue: name) else { continue }
      if field.isNone {
        wishes[property] = .removed
      } else if let value = read(property, field) {
        wishes[property] = .set(value)
      }
    }
    if case .set? = wishes[.persistentMenu], wishes[.getStarted] == .removed {
      root.file.note(nil, ProfileProperty.persistentMenu.rawValue, .needs(ProfileProperty.getStarted.rawValue))
    }
    return wishes
  }

  private static func read(_ property: ProfileProperty, _ field: YAMLField) -> JSON? {
    switch property {
    case .getStarted: getStarted(field)
    case .greeting:
      localized(field) { field in field.text(.greeting).map { ["text": .string($0)] } }
    case .persistentMenu: localized(field, menu)
    case .iceBreakers: localized(field) { list($0, .iceBreakers, "call_to_actions", iceBreaker) }
    case .commands: localized(field) { list($0, .commands, "commands", command) }
    case .whitelistedDomains: domains(field)
    case .accountLinkingURL: link(field).map { .string($0) }
    }
  }

  private static func getStarted(_ field: YAMLField) -> JSON? {
    let payload = field.isScalar ? field : member("payload", of: field, ["payload"])
    return payload?.text(.getStarted).map { ["payload": .string($0)] }
  }

  /// One entry a locale: `default` first, as it must be there, the others by name.
  private static func localized(_ field: YAMLField, _ read: (YAMLField) -> JSONObject?) -> JSON? {
    guard let members = field.members else { return nil }
    if !members.contains(where: { $0.name == MetaForm.defaultLocale }) { field.note(.noDefaultLocale) }
    let entries = members.compactMap { locale, field -> JSON? in
      if !isLocale(locale) { field.note(.notALocale) }
      guard let entry = read(field) else { return nil }
      return .object(JSONObject([("locale", JSON.string(locale))] + entry.map { ($0.key, $0.value) }))
    }
    return MetaForm.byLocale(entries)
  }

  private static func menu(_ field: YAMLField) -> JSONObject? {
    guard !field.isSequence else { return menu(items: field, isComposerOff: false) }
    let names = ["composer_input_disabled", "items"]
    guard let members = field.members(names) else { return nil }
    guard let items = members["items"] else {
      field.note(.needs("items"))
      return nil
    }
    return menu(items: items, isComposerOff: members["composer_input_disabled"]?.bool ?? false)
  }

  private static func menu(items: YAMLField, isComposerOff: Bool) -> JSONObject? {
    var entry = list(items, .menuItems, "call_to_actions", menuItem)
    entry?["composer_input_disabled"] = .bool(isComposerOff)
    return entry
  }

  private static func menuItem(_ field: YAMLField) -> JSON? {
    let extras = ["webview_height_ratio", "messenger_extensions", "fallback_url", "webview_share_button"]
    guard let members = field.members(["title", "payload", "url"] + extras),
      let title = required("title", members, field)?.text(.menuTitle)
    else { return nil }
    switch (members["payload"], members["url"]) {
    case (let payload?, nil):
      for name in extras { members[name]?.note(.needs("url")) }
      return payload.text(.menuPayload).map {
        ["type": "postback", "title": .string(title), "payload": .string($0)]
      }
    case (nil, let url?):
      guard let address = anyLink(url) else { return nil }
      var item: JSONObject = ["type": "web_url", "title": .string(title), "url": .string(address)]
      item["webview_height_ratio"] = members["webview_height_ratio"].flatMap { word($0, ["compact", "tall", "full"]) }
      item["messenger_extensions"] = members["messenger_extensions"]?.bool.map { .bool($0) }
      item["fallback_url"] = members["fallback_url"].flatMap(link).map { .string($0) }
      item["webview_share_button"] = members["webview_share_button"].flatMap { word($0, ["hide", "show"]) }
      if item["messenger_extensions"] == true, !address.hasPrefix("https://") { url.note(.notHTTPS) }
      return MetaForm.menuItem(.object(item))
    case (_?, let url?): url.note(.notBoth("payload"))
    case (nil, nil): field.note(.needs("payload or url"))
    }
    return nil
  }

  private static func iceBreaker(_ field: YAMLField) -> JSON? {
    guard let members = field.members(["question", "payload"]),
      let question = required("question", members, field), let text = question.text,
      let payload = required("payload", members, field)?.text(.iceBreakerPayload)
    else { return nil }
    if text.allSatisfy(\.isWhitespace) { question.note(.missing) }
    return ["question": .string(text), "payload": .string(payload)]
  }

  private static func command(_ field: YAMLField) -> JSON? {
    guard let members = field.members(["name", "description"]),
      let name = required("name", members, field), let word = name.text(.commandName),
      let description = required("description", members, field)?.text(.commandDescription)
    else { return nil }
    if word.hasPrefix("/") { name.note(.begins(with: "/")) }
    return ["name": .string(word), "description": .string(description)]
  }

  private static func domains(_ field: YAMLField) -> JSON? {
    guard let items = field.items(.domains) else { return nil }
    var known: Set<String> = []
    for item in items {
      guard let text = item.text else { continue }
      guard let domain = MetaForm.domain(text) else {
        item.note(.notADomain)
        continue
      }
      if !known.insert(domain).inserted { item.note(.twice) }
    }
    return .array(known.sorted().map { .string($0) })
  }
}

extension ProfileReader {
  /// A list below one member of Meta's.
  private static func list(
    _ field: YAMLField, _ limit: ProfileLimit, _ name: String, _ read: (YAMLField) -> JSON?
  ) -> JSONObject? {
    field.items(limit).map { [name: .array($0.compactMap(read))] }
  }

  private static func required(_ name: String, _ members: [String: YAMLField], _ field: YAMLField) -> YAMLField? {
    if members[name] == nil { field.note(.needs(name)) }
    return members[name]
  }

  private static func member(_ name: String, of field: YAMLField, _ allowed: [String]) -> YAMLField? {
    field.members(allowed).flatMap { required(name, $0, field) }
  }

  private static func word(_ field: YAMLField, _ allowed: [String]) -> JSON? {
    guard let text = field.text else { return nil }
    if !allowed.contains(text) { field.note(.unknown(allowed: allowed)) }
    return .string(text)
  }

  private static func link(_ field: YAMLField) -> String? {
    guard let text = field.text else { return nil }
    if !MetaForm.isLink(text, ["https://"]) { field.note(.notHTTPS) }
    return text
  }

  private static func anyLink(_ field: YAMLField) -> String? {
    guard let text = field.text else { return nil }
    if !MetaForm.isLink(text, ["https://", "http://"]) { field.note(.notALink) }
    return text
  }

  private static func isLocale(_ name: String) -> Bool {
    let parts = name.split(separator: "_", omittingEmptySubsequences: false)
    return name == MetaForm.defaultLocale
      || parts.count == 2 && (2...3).contains(parts[0].utf8.count) && parts[1].utf8.count == 2
        && parts[0].utf8.allSatisfy { (0x61...0x7A).contains($0) }
        && parts[1].utf8.allSatisfy { (0x41...0x5A).contains($0) }
  }
}
