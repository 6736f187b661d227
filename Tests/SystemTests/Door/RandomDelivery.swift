import Cryptography

/// A delivery as nobody in their right mind would send it, and sometimes as Meta does.
struct RandomDelivery {
  let bytes: [UInt8]
  /// What the service computes, or might, to judge it.
  let digests: [[UInt8]]

  init(secrets: [String], app: String, message: [UInt8], random: inout some RandomNumberGenerator) {
    var body =
      switch Int.random(in: 0..<4, using: &random) {
      case 0: (0..<Int.random(in: 0...600, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      default: message
      }
    if Bool.random(using: &random), !body.isEmpty {
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        body[Int.random(in: body.indices, using: &random)] = UInt8.random(in: .min ... .max, using: &random)
      }
    }
    digests = secrets.flatMap {
      [HMACSHA256.authenticate(key: $0.utf8, message: body), HMACSHA1.authenticate(key: $0.utf8, message: body)]
    }
    let hex = Hex.encode(digests[2 * Int.random(in: secrets.indices, using: &random)])
    let older = Hex.encode(digests[1])
    let base64 = String(decoding: DigestFinder.base64(digests[0]), as: UTF8.self)
    let choices: [[String]] = [
      [], ["X-Hub-Signature-256: sha256=\(hex)"], ["X-Hub-Signature-256: sha256=\(hex)"],
      ["X-Hub-Signature-256: sha256=\(hex.uppercased())"], ["X-Hub-Signature-256: \(hex)"],
      ["X-Hub-Signature-256: sha256=\(hex.dropLast())"], ["X-Hub-Signature-256: sha256=\(base64)="],
      ["X-Hub-Signature-256: sha256=\(hex)", "X-Hub-Signature-256: sha256=\(hex)"],
      ["X-Hub-Signature: sha1=\(older)"], ["X-Hub-Signature-256: sha1=\(older)", "X-Hub-Signature: sha1=\(older)"],
      ["X-Hub-Signature-256: md5=\(hex)"], ["X-Hub-Signature-256: sha256=\(String(hex.reversed()))"],
      ["X-Hub-Signature-256: sha256=" + (0..<64).map { _ in "0123456789abcdef".randomElement(using: &random)! }],
      ["X-Hub-Signature-256: sha256=\(hex)", "Content-Encoding: gzip"],
      ["X-Hub-Signature-256: sha256=\(hex)", "X-\(hex.prefix(30)): \(hex)", "User-Agent: \(base64)"],
      ["X-Hub-Signature-256: sha256=\(hex)", "traceparent: 00-\(hex.prefix(32))-\(hex.suffix(16))-01"],
    ]
    let path = ["/webhook", "/webhook", "/webhook/\(app)", "/webhook/unknown", "/\(hex)", "/webhook?\(hex)"]
      .randomElement(using: &random)!
    let method = Int.random(in: 0..<10, using: &random) == 0 ? "GET" : "POST"
    let head =
      ["\(method) \(path) HTTP/1.1", "Host: door", "Content-Length: \(body.count)"]
      + choices.randomElement(using: &random)!
    bytes = Array(head.joined(separator: "\r\n").utf8) + Array("\r\n\r\n".utf8) + body
  }
}
