import Cryptography
import FoundationEssentials

/// What no answer may hold: a refusal that tells the digest it expected signs the next forgery, and one that repeats
/// the body puts people's words into every proxy's log.
struct LeakCheck: Sendable {
  let secret: String
  let verifyToken: String

  /// Why the answer says too much; nil when it does not.
  ///
  /// - Parameter marker: Stands in the body that was sent.
  func failure(of answer: ReceivedAnswer, body: [UInt8], marker: String) -> String? {
    if secret.utf8.count >= 8, answer.holds(secret) { return "the answer holds the app secret" }
    guard answer.status != 200 else { return nil }
    if verifyToken.utf8.count >= 8, answer.holds(verifyToken) { return "the answer holds the verify token" }
    let found = writings(of: body).first { answer.holds($0.text) }
    if let found { return "the refusal holds the digest that was expected, \(found.name)" }
    if answer.holds(marker) { return "the refusal repeats what was sent" }
    return nil
  }

  private func writings(of body: [UInt8]) -> [(name: String, text: String)] {
    DigestLeak.writings(of: HMACSHA256.authenticate(key: secret.utf8, message: body), name: "SHA-256")
      + DigestLeak.writings(of: HMACSHA1.authenticate(key: secret.utf8, message: body), name: "SHA-1")
  }
}

/// The ways in which a digest can be written by mistake.
enum DigestLeak {
  static func writings(of digest: [UInt8], name: String) -> [(name: String, text: String)] {
    let hex = Hex.encode(digest)
    // Without the padding, so that both writings of base64 are found with and without it.
    let base64 = Data(digest).base64EncodedString().filter { $0 != "=" }
    let forURLs = String(base64.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    return [
      ("\(name) in hex", hex), ("\(name) in upper hex", hex.uppercased()), ("\(name) in base64", base64),
      ("\(name) in base64", forURLs),
    ]
  }
}
