import Cryptography
import JSON

/// Whether a request is signed, as a receiver with one flaw sees it.
struct SignatureCheck {
  struct Thrown: Error {}

  let flaw: Flaw?
  let secret: String

  func isRight(_ request: ReceivedRequest, _ body: [UInt8]) throws -> Bool {
    guard let header = header(of: request) else { return try isRightWithout(request, body) }
    if flaw == .throwsOnOddHeader, !header.utf8.allSatisfy({ $0 < 128 }) { throw Thrown() }
    let message = message(body)
    let expected = WebhookSignature.header(for: message, secret: secret)
    if header == expected { return true }
    switch flaw {
    case .algorithmFromTheCaller:
      return header == "sha1=" + Hex.encode(HMACSHA1.authenticate(key: secret.utf8, message: message))
        || header == "sha512=" + Hex.encode(HMACSHA512.authenticate(key: secret.utf8, message: message))
    case .prefixCompared: return header.hasPrefix("sha256=") && expected.hasPrefix(header)
    case .upperCaseAccepted: return header.lowercased() == expected
    case .emptySecretAccepted: return header == WebhookSignature.header(for: message, secret: "")
    case .olderHeaderRescues: return isOlderRight(request, message)
    default: return false
    }
  }

  private func header(of request: ReceivedRequest) -> String? {
    guard flaw == .headerNamesHaveCase else { return request.header("X-Hub-Signature-256") }
    return request.headers.first { $0.name == "X-Hub-Signature-256" }?.value
  }

  private func isRightWithout(_ request: ReceivedRequest, _ body: [UInt8]) throws -> Bool {
    switch flaw {
    case .noCheckWithoutHeader: true
    case .sha1Accepted, .olderHeaderRescues: isOlderRight(request, body)
    default: false
    }
  }

  private func isOlderRight(_ request: ReceivedRequest, _ body: [UInt8]) -> Bool {
    request.header("X-Hub-Signature") == WebhookSignature.olderHeader(for: body, secret: secret)
  }

  /// What is hashed.
  private func message(_ body: [UInt8]) -> [UInt8] {
    switch flaw {
    case .hashesParsedJSON: (try? JSON(parsing: body))?.bytes() ?? body
    case .hashesTrimmedBody: Array(body.reversed().drop { [0x20, 0x0A, 0x0D, 0x09].contains($0) }.reversed())
    case .hashesFirstKilobyte: Array(body.prefix(1024))
    default: body
    }
  }
}
