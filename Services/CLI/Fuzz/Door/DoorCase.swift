import Cryptography

/// One request to the door, as bytes.
struct DoorCase: Sendable {
  enum Form: String, Sendable, CaseIterable {
    /// A changed body, rightly signed.
    case signed
    /// A changed body with a changed signature, or none.
    case forged
    /// A verification with changed parameters.
    case verification
    /// Bytes that are hardly HTTP.
    case head
  }

  let form: Form
  let bytes: [UInt8]
  let body: [UInt8]

  init(_ body: [UInt8], secret: String, verifyToken: String, _ random: inout SeededRandom) {
    let signature = WebhookSignature.header(for: body, secret: secret)
    let number = Int.random(in: 0..<100, using: &random)
    form = number < 50 ? .signed : number < 75 ? .forged : number < 85 ? .verification : .head
    self.body = body
    switch form {
    case .signed:
      bytes = Self.post(body, [("X-Hub-Signature-256", signature)] + Self.extra(&random))
    case .forged:
      let headers = random.oneIn(4) ? [] : [("X-Hub-Signature-256", Self.changed(signature, &random))]
      bytes = Self.post(body, headers + Self.extra(&random))
    case .verification:
      let query = "hub.mode=subscribe&hub.challenge=123&hub.verify_token=\(verifyToken)"
      bytes = Array("GET /webhook?\(Self.changed(query, &random)) HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)
    case .head:
      var whole = Self.post(Array(body.prefix(2_000)), [("X-Hub-Signature-256", signature)] + Self.extra(&random))
      for _ in 0..<Int.random(in: 1...6, using: &random) { Self.change(&whole, &random) }
      bytes = whole
    }
  }

  /// An unchanged body, rightly signed.
  init(signed body: [UInt8], secret: String) {
    form = .signed
    self.body = body
    bytes = Self.post(body, [("X-Hub-Signature-256", WebhookSignature.header(for: body, secret: secret))])
  }

  private static func post(_ body: [UInt8], _ headers: [(String, String)]) -> [UInt8] {
    var head = "POST /webhook HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    return Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
  }

  /// Headers that a client may send whatever they say; what frames the body is left to `head`.
  private static func extra(_ random: inout SeededRandom) -> [(String, String)] {
    guard random.oneIn(3) else { return [] }
    let names = [
      "traceparent", "tracestate", "baggage", "Content-Encoding", "Content-Type", "Accept", "Cookie", "X-Forwarded-For",
      "X-Hub-Signature", "X-Hub-Signature-256", "Authorization", "User-Agent", "Origin", "Range", "If-Match",
      "Accept-Encoding",
    ]
    let values = ["gzip", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "*", "sha256=", "identity", "br"]
    return (0..<Int.random(in: 1...4, using: &random)).map { _ in
      (names.randomElement(using: &random) ?? "", changed(values.randomElement(using: &random) ?? "", &random))
    }
  }

  /// Printable, so that the line it stands in stays one.
  private static func changed(_ text: String, _ random: inout SeededRandom) -> String {
    var bytes = Array(text.utf8)
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let place = Int.random(in: 0...bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where place < bytes.count: bytes[place] = UInt8.random(in: 0x21...0x7E, using: &random)
      case 1 where place < bytes.count: bytes.remove(at: place)
      case 2: bytes.insert(UInt8.random(in: 0x21...0x7E, using: &random), at: place)
      default: bytes.removeSubrange(place...)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func change(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
    // The head is at most some hundred bytes long; that is where it hurts.
    let place = Int.random(in: 0...min(bytes.count, 400), using: &random)
    let length = Int.random(in: 0...min(30, bytes.count - place), using: &random)
    let words = [
      "\r\n", "\r\n\r\n", ":", " ", "\0", "HTTP/1.0", "HTTP/2.0", "Transfer-Encoding: chunked\r\n",
      "Content-Length: 5\r\n",
      "Content-Length: 99999999999999999999\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
      "Upgrade: h2c\r\n", "%00", "../", "ä", "PUT ", "*", "\t",
    ]
    switch Int.random(in: 0..<5, using: &random) {
    case 0 where place < bytes.count: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes.removeSubrange(place..<(place + length))
    case 2: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
    case 3: bytes.insert(contentsOf: Array((words.randomElement(using: &random) ?? "").utf8), at: place)
    default: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: place)
    }
  }
}
