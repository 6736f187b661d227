import Cryptography
import HTTPTypes
import Hummingbird
import ServiceKit

/// What the head of a delivery says, judged before a byte of its body is read.
struct Caller {
  /// Whose secrets may have made the signature: the app in the path, or all.
  let apps: [Settings.App]
  let claim: SignatureClaim
  /// Bytes of the body, where it was said.
  let length: Int?

  init(_ head: HTTPFields, apps: [Settings.App], limits: DoorLimits) throws(Refusal) {
    guard !apps.isEmpty else { throw .app }
    guard !head[values: .contentEncoding].contains(where: { $0.lowercased() != "identity" }) else {
      throw .compressed
    }
    length = head[.contentLength].flatMap { Int($0) }
    if let length, length > limits.bodyBytes { throw .body }
    let claim = SignatureClaim(
      sha256: head[values: .hubSignature256], sha1: head[values: .hubSignature], allowsSHA1: limits.allowsSHA1)
    guard let claim else { throw .signature }
    self.apps = apps
    self.claim = claim
  }

  /// The app whose secret signed the body. All secrets of all apps are tried, so that the time it takes does not tell
  /// which one it was.
  func signer(of body: [UInt8]) throws(Refusal) -> Settings.App {
    let signers = apps.filter { claim.isTrue(of: body, secrets: $0.secrets) }
    guard let signer = signers.first else { throw .signature }
    return signer
  }
}

extension HTTPField.Name {
  static let hubSignature256 = HTTPField.Name("x-hub-signature-256")!
  static let hubSignature = HTTPField.Name("x-hub-signature")!
}
