internal import Cryptography

/// A key itself, which only its holder has: `martlet_` and 32 random bytes in hex. Stored is its SHA-256; 256 random
/// bits cannot be guessed, so that no slow hash is needed.
package struct APIKeySecret: Sendable {
  private static let prefix = "martlet_"
  private let bytes: [UInt8]

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  package static func random() -> APIKeySecret { APIKeySecret(bytes: randomBytes(32)) }

  /// Nil for what no key looks like: it needs no look into the table.
  package init?(_ text: some StringProtocol) {
    guard text.hasPrefix(Self.prefix), let bytes = Hex.decode(text.dropFirst(Self.prefix.count)), bytes.count == 32
    else { return nil }
    self.bytes = bytes
  }

  /// To be shown once, to who asked for the key.
  package var text: String { Self.prefix + Hex.encode(bytes) }

  package var digest: [UInt8] { SHA256.hash(bytes) }
}

extension APIKeySecret: CustomStringConvertible, CustomReflectable {
  package var description: String { "APIKeySecret" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
