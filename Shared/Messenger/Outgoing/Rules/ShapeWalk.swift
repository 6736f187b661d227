import JSON

/// Goes through a request and notes what its shape does not allow.
struct ShapeWalk {
  let limits: MessageLimits
  private(set) var findings: [Finding] = []

  init(limits: MessageLimits) {
    self.limits = limits
  }

  mutating func note(_ finding: Finding) {
    findings.append(finding)
  }

  mutating func check(_ json: JSON, _ shape: Shape, _ field: String) {
    switch shape {
    case .text(let limit): checkText(json, limit, field)
    case .id: if json.text?.isEmpty != false { note(Finding(field, json.text == nil ? .wrongType : .missing)) }
    case .name(let limit):
      checkText(json, limit, field)
      let isName = json.string?.utf8.allSatisfy(Self.canNameAnything) ?? true
      if !isName { note(Finding(field, .notAllowed, allowed: ["letters", "digits", "_"])) }
    case .word(let words):
      guard let word = json.string else { return note(Finding(field, .wrongType)) }
      if !words.contains(word) { note(Finding(field, .notAllowed, allowed: words)) }
    case .flag: if json.bool == nil { note(Finding(field, .wrongType)) }
    case .number: if json.decimal == nil { note(Finding(field, .wrongType)) }
    case .whole(let limit):
      guard let value = json.count else { return note(Finding(field, .wrongType)) }
      if let limit { count(value, limit, field) }
    case .link(let isSecure): checkLink(json, isSecure, field)
    case .facebookLink: checkFacebookLink(json, field)
    case .phone:
      if json.text?.hasPrefix("+") != true { note(Finding(field, .notAPhoneNumber)) }
    case .list(let limit, let element):
      guard let elements = json.array else { return note(Finding(field, .wrongType)) }
      if let limit { count(elements.count, limit, field) }
      for (place, json) in elements.enumerated() { check(json, element, "\(field)[\(place)]") }
    case .object(let fields, let rules): checkObject(json, fields, rules, field)
    case .kinds(let member, let shapes, let otherwise):
      guard json.object != nil else { return note(Finding(field, .wrongType)) }
      guard let kind = json[member]?.string ?? otherwise else { return note(Finding("\(field).\(member)", .missing)) }
      guard let shape = shapes[kind] else {
        return note(Finding("\(field).\(member)", .notAllowed, allowed: shapes.keys))
      }
      check(json, shape, field)
    }
  }

  private mutating func checkObject(_ json: JSON, _ fields: [Shape.Field], _ rules: [Shape.Rule], _ place: String) {
    let whole = place.isEmpty ? "the request" : place
    guard let members = json.object else { return note(Finding(whole, .wrongType)) }
    func path(_ name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
    for (name, value) in members where !value.isNull {
      if let field = fields.first(where: { $0.name == name }) {
        check(value, field.shape, path(name))
      } else {
        note(Finding(path(name), .unknownMember))
      }
    }
    for field in fields where field.isRequired && (members[field.name]?.isNull ?? true) {
      note(Finding(path(field.name), .missing))
    }
    for rule in rules { check(members, rule, whole, path) }
  }

  private mutating func check(
    _ members: JSONObject, _ rule: Shape.Rule, _ place: String, _ path: (String) -> String
  ) {
    func isThere(_ name: String) -> Bool { members[name]?.isNull == false }
    switch rule {
    case .exactlyOne(let names):
      if names.count(where: isThere) != 1 { note(Finding(place, .notExactlyOne, allowed: names)) }
    case .atLeastOne(let names):
      if !names.contains(where: isThere) { note(Finding(place, .noneOf, allowed: names)) }
    case .filled(let name, let other):
      if members[name]?.text == "", !isThere(other) { note(Finding(path(name), .missing)) }
    case .withoutSpaces(let name):
      if members[name]?.string?.contains(where: \.isWhitespace) == true { note(Finding(path(name), .spaces)) }
    case .secure(let name, let flag):
      let isPlain = members[name]?.string?.hasPrefix("https://") == false
      if members[flag].isTrue, isPlain { note(Finding(path(name), .notSecure)) }
    case .few(let limit, let list, let member, let value):
      let elements = members[list]?.array ?? []
      count(elements.count { $0[member] == value }, limit, "\(path(list)).\(member)")
    case .without(let name):
      if isThere(name) { note(Finding(path(name), .mismatch)) }
    }
  }

  private mutating func checkText(_ json: JSON, _ limit: MessageLimit?, _ field: String) {
    guard let text = json.text else { return note(Finding(field, .wrongType)) }
    guard let limit else { return }
    count(MessageText.length(text), limit, field)
  }

  private mutating func checkLink(_ json: JSON, _ isSecure: Bool, _ field: String) {
    guard let link = json.string else { return note(Finding(field, .wrongType)) }
    let scheme = ["https://", "http://"].first { link.hasPrefix($0) }
    guard let scheme, let first = link.dropFirst(scheme.count).first, first != "/",
      !link.contains(where: \.isWhitespace)
    else { return note(Finding(field, .notALink)) }
    if isSecure, scheme != "https://" { note(Finding(field, .notSecure)) }
  }

  private mutating func checkFacebookLink(_ json: JSON, _ field: String) {
    checkLink(json, false, field)
    let host = json.string?.split(separator: "/").dropFirst().first ?? ""
    if host != "facebook.com", !host.hasSuffix(".facebook.com") { note(Finding(field, .notFacebook)) }
  }

  private mutating func count(_ value: Int, _ limit: MessageLimit, _ field: String) {
    let row = limits[limit]
    if !row.range.contains(value) { note(Finding(field, value, beyond: row)) }
  }

  private static func canNameAnything(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F: true
    default: false
    }
  }
}
