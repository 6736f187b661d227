import JSON

/// Makes a new input of known ones: on the bytes, on the JSON, or out of nothing.
struct Mutator: Sendable {
  private static let words = [
    "null", "true", "{}", "[]", "\"\"", "\"", "{", "}", "[", "]", ",", ":", "\\", #"\u0000"#, #"\ud83d"#, #"\ude00"#,
    #"\uFFFF"#, "-0", "1e999", "-1", "1.5", "9223372036854775808", "99999999999999999999999999", "1700000000",
    "\u{FEFF}", "\u{0}", "\r\n", "ä", "😀", #""object":"page""#, #""entry":"#, #""messaging":"#, #""standby":"#,
    #""changes":"#, #""field":"feed""#, #""value":"#, #""sender":"#, #""recipient":"#, #""timestamp":"#, #""message":"#,
    #""mid":"#, #""is_echo":true"#, #""is_deleted":true"#, #""app_id":"#, #""user_ref":"#, #""postback":"#,
    #""optin":"#, #""referral":"#, #""reaction":"#, #""delivery":"#, #""read":"#, #""watermark":"#, #""mids":"#,
    #""message_edit":"#, #""num_edit":"#, #""account_linking":"#, #""pass_thread_control":"#, #""app_roles":"#,
    #""policy_enforcement":"#, #""prior_message":"#, #""attachments":"#, #""payload":"#, #""quick_reply":"#,
  ].map { Array($0.utf8) }

  /// Inputs below this size are taken almost always: they are many times faster.
  private static let ordinary = 4_000
  private var small: [[UInt8]]
  private let large: [[UInt8]]

  init(_ pool: [[UInt8]]) {
    small = pool.filter { $0.count <= Self.ordinary }
    large = pool.filter { $0.count > Self.ordinary }
  }

  /// Mutation goes on from what showed something new.
  mutating func add(_ input: [UInt8]) {
    if input.count <= Self.ordinary, small.count < 20_000 { small.append(input) }
  }

  func next(_ random: inout SeededRandom) -> [UInt8] {
    if random.oneIn(25) { return noise(&random) }
    let input = pick(&random)
    if input.count <= Self.ordinary, random.oneIn(2), var json = try? JSON(parsing: input) {
      for _ in 0..<Int.random(in: 1...3, using: &random) { json = JSONMutation.apply(to: json, &random) }
      return json.bytes()
    }
    var bytes = input
    for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, &random) }
    return bytes
  }

  private func pick(_ random: inout SeededRandom) -> [UInt8] {
    let pool = !large.isEmpty && random.oneIn(2_000) ? large : small
    return pool.randomElement(using: &random) ?? []
  }

  private func noise(_ random: inout SeededRandom) -> [UInt8] {
    let count = Int.random(in: 0...300, using: &random)
    if random.oneIn(2) { return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) } }
    return (0..<(count / 10)).flatMap { _ in Self.words.randomElement(using: &random) ?? [] }
  }

  private func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    let length = Int.random(in: 0...min(64, bytes.count - place), using: &random)
    switch Int.random(in: 0..<8, using: &random) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where place < bytes.count: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 2: bytes.removeSubrange(place..<(place + length))
    case 3: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
    case 4: bytes.insert(contentsOf: Self.words.randomElement(using: &random) ?? [], at: place)
    case 5: bytes.replaceSubrange(place..<(place + length), with: Self.words.randomElement(using: &random) ?? [])
    case 6:
      let other = pick(&random)
      let start = Int.random(in: 0...other.count, using: &random)
      bytes.insert(contentsOf: other[start..<min(other.count, start + 200)], at: place)
    default: bytes.removeSubrange(place...)
    }
  }
}

/// Changes one place of a JSON value.
enum JSONMutation {
  private static let names = [
    "object", "entry", "id", "time", "messaging", "standby", "changes", "field", "value", "sender", "recipient",
    "timestamp", "message", "mid", "text", "is_echo", "is_deleted", "app_id", "metadata", "attachments", "type",
    "payload", "url", "quick_reply", "reply_to", "referral", "postback", "title", "optin", "user_ref", "ref", "source",
    "delivery", "mids", "watermark", "read", "reaction", "action", "emoji", "message_edit", "num_edit",
    "account_linking", "status", "authorization_code", "pass_thread_control", "take_thread_control",
    "request_thread_control", "new_owner_app_id", "app_roles", "policy_enforcement", "prior_message", "identifier",
    "messaging_feedback", "order", "products", "template", "form", "x",
  ]

  static func apply(to json: JSON, _ random: inout SeededRandom) -> JSON {
    switch json {
    case .array(var elements) where !elements.isEmpty && !random.oneIn(5):
      let place = elements.indices.randomElement(using: &random) ?? 0
      switch Int.random(in: 0..<12, using: &random) {
      case 0: elements.remove(at: place)
      case 1: elements.insert(elements[place], at: place)
      case 2: elements.append(value(&random))
      default: elements[place] = apply(to: elements[place], &random)
      }
      return .array(elements)
    case .object(var members) where !members.isEmpty && !random.oneIn(8):
      // What stands outside the entries is soon said; most changes go inside.
      let isTop = members["entry"] != nil && !random.oneIn(20)
      let key = isTop ? "entry" : members.keys.randomElement(using: &random) ?? ""
      if isTop {
        members[key] = members[key].map { apply(to: $0, &random) }
        return .object(members)
      }
      switch Int.random(in: 0..<14, using: &random) {
      case 0: members[key] = nil
      case 1: members[names.randomElement(using: &random) ?? key] = members[key]
      case 2: members[names.randomElement(using: &random) ?? key] = value(&random)
      default: members[key] = members[key].map { apply(to: $0, &random) }
      }
      return .object(members)
    default: return random.oneIn(10) ? .array([json]) : value(&random)
    }
  }

  private static func value(_ random: inout SeededRandom) -> JSON {
    let values: [JSON] = [
      .null, .bool(true), .bool(false), .array([]), .object([:]), "", "x", "page", "0", "-1", 0, -1, 1, 1_700_000_000,
      1_700_000_000_123, "1700000000123", .number("1e999"), .number("123456789012345678901234567890"),
      .number("1.5"), .number("-0"), "\u{0}", "😀", "react", "linked", "LEAD_COMPLETE",
      .string(String(repeating: "a", count: 600)),
      .array([.null]), .object(["id": "1"]), .object(["mid": "m"]), .object(["watermark": 1]),
    ]
    return values.randomElement(using: &random) ?? .null
  }
}
