import Cryptography
import JSON
import Messenger

/// What the decoder does with one body, and whether that may be.
struct DecodeCase: Sendable {
  /// What it shows, in bounded words: an input that is the first to show one is worth keeping.
  private(set) var facts: Set<String> = []
  /// A promise of the decoder's that did not hold; nil when all did.
  private(set) var violation: String?

  /// - Parameter knownNames: Event names that count as facts; all others are one.
  init(_ body: [UInt8], knownNames: Set<String>?) {
    let json: JSON
    do {
      json = try JSON(parsing: body)
    } catch {
      facts.insert("json \(error.code.rawValue)")
      return
    }
    if body.count <= 20_000 {
      let again = try? JSON(parsing: json.bytes())
      if again != json { violation = "JSON written and read again is another value" }
    }
    do {
      let events = try Webhook.events(in: json)
      facts.insert("events \(events.isEmpty ? 0 : events.count.bitWidth - events.count.leadingZeroBitCount)")
      for event in events { look(at: event, knownNames) }
      if events.count < Self.items(in: json) { violation = "an item of the body became no event" }
    } catch {
      facts.insert("refused \(error.code)")
    }
  }

  private mutating func look(at event: WebhookEvent, _ knownNames: Set<String>?) {
    let name = knownNames?.contains(event.name) ?? true ? event.name : "another name"
    var fact = name
    if event.person.isEmpty { fact += ", nobody" } else if event.person.hasPrefix("ref:") { fact += ", by reference" }
    if event.pageID.isEmpty { fact += ", no page" }
    if event.time == 0 { fact += ", no time" }
    if event.key.hasPrefix("h:") { fact += ", hashed" }
    facts.insert(fact)
    let isPrintable = event.key.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    if event.key.isEmpty || event.key.utf8.count > 512 || !isPrintable { violation = "a key that no index takes" }
    if event.name.utf8.count > 128 { violation = "a kind of more than 128 bytes" }
    if event.time < 0 { violation = "a negative time" }
    if event.person.utf8.contains(0) || event.pageID.utf8.contains(0) { violation = "an id that PostgreSQL refuses" }
  }

  /// How many events a body must become at least: nothing is dropped because it is odd.
  private static func items(in json: JSON) -> Int {
    (json["entry"]?.array ?? []).reduce(0) { count, entry in
      count
        + ["messaging", "standby", "changes"].reduce(0) { count, list in count + (entry[list]?.array?.count ?? 0) }
    }
  }
}

/// The signature check beside it: only the very header is valid.
struct SignatureCase: Sendable {
  private static let secrets = ["0123456789abcdef0123456789abcdef", "another-secret"]
  private(set) var violation: String?

  init(_ body: [UInt8], _ random: inout SeededRandom) {
    let secret = Self.secrets[Int.random(in: 0..<2, using: &random)]
    let right = WebhookSignature.header(for: body, secret: secret)
    var header = Array(right.utf8)
    // As often right as wrong, so that both ways are taken.
    if random.oneIn(2) {
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let place = Int.random(in: 0..<header.count, using: &random)
        switch Int.random(in: 0..<4, using: &random) {
        case 0: header[place] = UInt8.random(in: .min ... .max, using: &random)
        case 1: header[place] = UInt8(ascii: "A")
        case 2: header.insert(UInt8(ascii: "0"), at: place)
        default: header.remove(at: place)
        }
      }
    }
    let text = String(decoding: header, as: UTF8.self)
    let isTaken = WebhookSignature.verify(header: text, body: body, secrets: Self.secrets)
    if isTaken != (text == right) { violation = isTaken ? "a wrong signature was taken" : "a right one was refused" }
  }
}
