import Cryptography
import FoundationEssentials
import JSON

/// Fills `{sha256}` and its like in a header with digests of a body, right or wrong in a given way:
/// `{sha256|key other|over trimmed|upper|first 8}`.
struct SigningTemplate: Sendable {
  let secret: String
  let verifyToken: String

  func fill(_ template: String, body: [UInt8]) throws(VectorFormError) -> String {
    var filled = ""
    var rest = template[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      filled += rest[..<start]
      let token = rest[rest.index(after: start)..<end]
      filled += try digest(token, of: body) ?? "{\(token)}"
      rest = rest[rest.index(after: end)...]
    }
    return filled + rest
  }

  /// Nil for a token that names no digest.
  private func digest(_ token: Substring, of body: [UInt8]) throws(VectorFormError) -> String? {
    let parts = token.split(separator: "|")
    guard let algorithm = parts.first.flatMap({ DigestAlgorithm(rawValue: String($0)) }) else { return nil }
    var (key, message) = (secret, body)
    var filters: [Substring] = []
    for part in parts.dropFirst() {
      switch part.prefix(while: { $0 != " " }) {
      case "key": key = self.key(part.dropFirst(4))
      case "over": message = try Self.altered(body, part.dropFirst(5))
      default: filters.append(part)
      }
    }
    return try Self.written(algorithm.digest(key: key, message: message), filters)
  }

  private func key(_ name: Substring) -> String {
    switch name {
    case "other": "not-\(secret)"
    case "empty": ""
    case "verify": verifyToken
    default: String(name)
    }
  }

  private static func altered(_ body: [UInt8], _ how: Substring) throws(VectorFormError) -> [UInt8] {
    switch how {
    case "nothing": return []
    case "trimmed": return Array(body.reversed().drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }.reversed())
    case "changed": return body.dropLast() + [UInt8(ascii: "]")]
    case "reserialised":
      guard let json = try? JSON(parsing: body) else { throw VectorFormError("its body is no JSON") }
      return json.bytes()
    default:
      guard let count = Int(how) else { throw VectorFormError("there is no \"over \(how)\"") }
      return Array(body.prefix(count))
    }
  }

  private static func written(_ digest: [UInt8], _ filters: [Substring]) throws(VectorFormError) -> String {
    var text = Hex.encode(digest)
    for filter in filters {
      switch filter {
      case "upper": text = text.uppercased()
      case "base64": text = Data(digest).base64EncodedString()
      case "flip first": text = flipped(text.first) + text.dropFirst()
      case "flip last": text = text.dropLast() + flipped(text.last)
      default:
        guard filter.hasPrefix("first "), let count = Int(filter.dropFirst(6)) else {
          throw VectorFormError("there is no \"\(filter)\"")
        }
        text = String(text.prefix(count))
      }
    }
    return text
  }

  private static func flipped(_ digit: Character?) -> String { digit == "0" ? "1" : "0" }
}

/// What a caller may compute over a body.
enum DigestAlgorithm: String, Sendable {
  case sha1, sha256, sha512
  /// Without any key.
  case plain256
  /// The key in front of the message, which is no HMAC.
  case concat256

  func digest(key: String, message: [UInt8]) -> [UInt8] {
    switch self {
    case .sha1: HMACSHA1.authenticate(key: key.utf8, message: message)
    case .sha256: HMACSHA256.authenticate(key: key.utf8, message: message)
    case .sha512: HMACSHA512.authenticate(key: key.utf8, message: message)
    case .plain256: SHA256.hash(message)
    case .concat256: SHA256.hash(Array(key.utf8) + message)
    }
  }
}
