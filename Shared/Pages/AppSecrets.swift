internal import Cryptography

/// The apps' secrets, for the proof that Meta wants beside a token (Meta, "Secure Graph API calls").
package struct AppSecrets: Sendable {
  private let secrets: [String: String]

  /// - Parameter secrets: The current secret of each app, by the app's id.
  package init(_ secrets: [String: String]) {
    self.secrets = secrets
  }

  /// HMAC-SHA256, under the app's secret, of the token that is sent; nil for an app whose secret is not known here.
  package func proof(for token: String, appID: String?) -> String? {
    appID.flatMap { secrets[$0] }.map { AppSecretProof.make(token: token, secret: $0) }
  }
}
