/// Proof that a webhook's body comes from Meta: an HMAC under the app secret over the exact bytes received
/// (Meta, Webhooks, "Validating payloads").
package enum WebhookSignature {
  /// What `X-Hub-Signature-256` says: `sha256=` and 64 lower-case hexadecimal digits.
  package static func header(for body: some Collection<UInt8>, secret: String) -> String {
    "sha256=" + Hex.encode(HMACSHA256.authenticate(key: secret.utf8, message: body))
  }

  /// What the older `X-Hub-Signature` says: sent beside the other by Meta, never accepted by `verify`.
  package static func olderHeader(for body: some Collection<UInt8>, secret: String) -> String {
    "sha1=" + Hex.encode(HMACSHA1.authenticate(key: secret.utf8, message: body))
  }

  /// Every secret is tried, so that one can be exchanged for another while webhooks come in. A missing header, an empty
  /// secret and an empty list are all a no.
  package static func verify(header: String?, body: some Collection<UInt8>, secrets: [String]) -> Bool {
    guard let header else { return false }
    var isValid = false
    for secret in secrets where !secret.isEmpty {
      if constantTimeEqual(header.utf8, self.header(for: body, secret: secret).utf8) { isValid = true }
    }
    return isValid
  }
}

/// Proof to Meta that a call comes from a server that knows the app secret (Meta, "Securing Graph API calls").
package enum AppSecretProof {
  /// 64 lower-case hexadecimal digits.
  package static func make(token: String, secret: String) -> String {
    Hex.encode(HMACSHA256.authenticate(key: secret.utf8, message: token.utf8))
  }
}
