package import JSON

/// One app and one page as Meta and the services must agree on them, and the key that seals the page's token.
package struct FleetCredentials: Sendable {
  package var appID: String
  package var appSecret: String
  package var verifyToken: String
  package var pageID: String
  package var pageName: String
  package var pageToken: String
  /// AES-256, 64 hex digits.
  package var sealingKey: String

  /// Fresh secrets from the system's random source.
  package static func random() -> Self {
    Self(
      appID: "1900000000000001", appSecret: hex(bytes: 16), verifyToken: hex(bytes: 8), pageID: "100000000000001",
      pageName: "Martlet Café", pageToken: "EAA" + hex(bytes: 24), sealingKey: hex(bytes: 32))
  }

  /// MARTLET_APPS.
  package var apps: JSON {
    ["\(appID)": ["secrets": [.string(appSecret)], "verify_token": .string(verifyToken)]]
  }

  /// MARTLET_PAGES. The simulator's page always sends echoes, so a message without one did not arrive.
  package var pages: JSON {
    [
      "\(pageID)": [
        "app": .string(appID), "name": .string(pageName), "token": .string(pageToken), "unknown_rule": "resend",
      ]
    ]
  }

  /// MARTLET_KEYS.
  package var keys: JSON {
    ["current": "k1", "keys": ["k1": .string(sealingKey)]]
  }

  private static func hex(bytes count: Int) -> String {
    (0..<count).map { _ in
      let byte = UInt8.random(in: .min ... .max)
      return String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}

extension FleetCredentials {
  /// For a file, so that a second start opens what the first one sealed.
  package var json: JSON {
    [
      "app_id": .string(appID), "app_secret": .string(appSecret), "verify_token": .string(verifyToken),
      "page_id": .string(pageID), "page_name": .string(pageName), "page_token": .string(pageToken),
      "sealing_key": .string(sealingKey),
    ]
  }

  /// Nil when a member is missing.
  package init?(json: JSON) {
    func text(_ name: String) -> String? { json[name]?.string }
    guard let appID = text("app_id"), let appSecret = text("app_secret"), let verifyToken = text("verify_token"),
      let pageID = text("page_id"), let pageName = text("page_name"), let pageToken = text("page_token"),
      let sealingKey = text("sealing_key")
    else { return nil }
    self.init(
      appID: appID, appSecret: appSecret, verifyToken: verifyToken, pageID: pageID, pageName: pageName,
      pageToken: pageToken, sealingKey: sealingKey)
  }
}
