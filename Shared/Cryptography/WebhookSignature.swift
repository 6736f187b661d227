/// Proof that a webhook's body comes from Meta: an HMAC under the app secret over the exact bytes received
/// (Meta, Webhooks, "Validating payloads").
package enum WebhookSignature {
  /// What `X-Hub-Signature-256` says: `sha256=` and 64 lower-case hexadecimal digits.
  package static func header(for body: some Collection<UInt8>, secret: String) -> String {
    Algorithm.sha256.prefix + Hex.encode(HMACSHA256.authenticate(key: secret.utf8, message: body))
  }

  /// What the older `X-Hub-Signature` says: sent beside the other by Meta, and worth nothing to `verify`.
  package static func olderHeader(for body: some Collection<UInt8>, secret: String) -> String {
    Algorithm.sha1.prefix + Hex.encode(HMACSHA1.authenticate(key: secret.utf8, message: body))
  }

  /// Every secret is tried, so that one can be exchanged for another while webhooks come in. A missing header, an empty
  /// secret and an empty list are all a no.
  package static func verify(header: String?, body: some Collection<UInt8>, secrets: [String]) -> Bool {
    guard let claim = SignatureClaim(sha256: header.map { [$0] } ?? []) else { return false }
    return claim.isTrue(of: body, secrets: secrets)
  }

  enum Algorithm {
    case sha256, sha1

    var prefix: String {
      switch self {
      case .sha256: "sha256="
      case .sha1: "sha1="
      }
    }

    /// Bytes of a digest.
    var length: Int {
      switch self {
      case .sha256: 32
      case .sha1: 20
      }
    }
  }
}

/// What the headers of a webhook say of its signature, before the body is there. Which algorithm counts is decided by
/// the header's name and by us, never by what stands in it.
package struct SignatureClaim: Sendable {
  private let algorithm: WebhookSignature.Algorithm
  private let digest: [UInt8]

  /// nil for what no body can make true: no signature, two of them, another algorithm, digits in upper case, one too
  /// few or too many.
  ///
  /// - Parameters:
  ///   - sha256: Every value of `X-Hub-Signature-256`.
  ///   - sha1: Every value of `X-Hub-Signature`. Looked at only without any of the other, so that nobody can ask for
  ///     the weaker check.
  ///   - allowsSHA1: Whether the older header counts at all.
  package init?(sha256: [String], sha1: [String] = [], allowsSHA1: Bool = false) {
    let isOlder = sha256.isEmpty && allowsSHA1
    let algorithm: WebhookSignature.Algorithm = isOlder ? .sha1 : .sha256
    let values = isOlder ? sha1 : sha256
    guard values.count == 1, let digest = Self.digest(in: values[0], algorithm) else { return nil }
    self.algorithm = algorithm
    self.digest = digest
  }

  private static func digest(in value: String, _ algorithm: WebhookSignature.Algorithm) -> [UInt8]? {
    guard value.utf8.starts(with: algorithm.prefix.utf8) else { return nil }
    let digits = value.utf8.dropFirst(algorithm.prefix.utf8.count)
    let isLowerCase = digits.allSatisfy {
      (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
    }
    guard digits.count == 2 * algorithm.length, isLowerCase else { return nil }
    return Hex.decode(Substring(digits))
  }

  /// Takes as long whichever secret made it, and however much of the digest is right: all are tried to the end.
  package func isTrue(of body: some Collection<UInt8>, secrets: [String]) -> Bool {
    var isTrue = false
    for secret in secrets where !secret.isEmpty {
      let expected =
        switch algorithm {
        case .sha256: HMACSHA256.authenticate(key: secret.utf8, message: body)
        case .sha1: HMACSHA1.authenticate(key: secret.utf8, message: body)
        }
      if constantTimeEqual(digest, expected) { isTrue = true }
    }
    return isTrue
  }
}

/// Proof to Meta that a call comes from a server that knows the app secret (Meta, "Securing Graph API calls").
package enum AppSecretProof {
  /// 64 lower-case hexadecimal digits.
  package static func make(token: String, secret: String) -> String {
    Hex.encode(HMACSHA256.authenticate(key: secret.utf8, message: token.utf8))
  }
}
