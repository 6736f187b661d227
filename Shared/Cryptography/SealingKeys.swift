import JSON

/// The keys that tokens are sealed under before they reach the database. What an older key sealed still opens, so a
/// key is exchanged by adding a new current one and dropping the old when nothing of it is left.
///
/// A sealed value is: version (1 byte, 1), length of the key's id (1 byte), the id, nonce (12), ciphertext, tag (16).
/// The head and the context are authenticated: a value moved to another place does not open there.
package struct SealingKeys: Sendable {
  private static let version: UInt8 = 1
  package let current: String
  private let keys: [String: [UInt8]]

  /// Key ids of 1 to 64 bytes, keys of 32 bytes.
  package init(current: String, keys: [String: [UInt8]]) throws(CryptographyError) {
    guard keys[current] != nil else { throw CryptographyError(.noCurrentKey) }
    for (id, key) in keys {
      guard (1...64).contains(id.utf8.count) else { throw CryptographyError(.invalidKeyID) }
      guard key.count == 32 else { throw CryptographyError(.invalidKey) }
    }
    self.current = current
    self.keys = keys
  }

  /// `{"current":"k1","keys":{"k1":"<64 hexadecimal digits>"}}`, the value of `MARTLET_KEYS`.
  package init(json text: String) throws(CryptographyError) {
    guard let settings = try? JSON(parsing: text), let current = settings["current"]?.string,
      let members = settings["keys"]?.object
    else { throw CryptographyError(.invalidKeySettings) }
    var keys: [String: [UInt8]] = [:]
    for (id, digits) in members {
      guard let key = digits.string.flatMap({ Hex.decode($0) }) else { throw CryptographyError(.invalidKey) }
      keys[id] = key
    }
    try self.init(current: current, keys: keys)
  }

  /// `context` says what and whose the value is, such as `page:123:token`.
  package func seal(_ plaintext: [UInt8], for context: String) -> [UInt8] {
    guard let key = keys[current] else { preconditionFailure("the current key was checked at the start") }
    let head = [Self.version, UInt8(current.utf8.count)] + Array(current.utf8)
    let nonce = randomBytes(SealedBox.nonceLength)
    return head + nonce + SealedBox.seal(plaintext, key: key, nonce: nonce, authenticating: head + Array(context.utf8))
  }

  package func open(_ sealed: [UInt8], for context: String) throws(CryptographyError) -> [UInt8] {
    guard sealed.count >= 2, sealed[0] == Self.version else { throw CryptographyError(.notSealed) }
    let head = 2 + Int(sealed[1])
    let box = head + SealedBox.nonceLength
    guard sealed.count >= box + SealedBox.tagLength else { throw CryptographyError(.notSealed) }
    guard let key = keys[String(decoding: sealed[2..<head], as: UTF8.self)] else {
      throw CryptographyError(.unknownKey)
    }
    let authenticated = Array(sealed[..<head]) + Array(context.utf8)
    guard
      let plaintext = SealedBox.open(sealed[box...], key: key, nonce: sealed[head..<box], authenticating: authenticated)
    else { throw CryptographyError(.doesNotOpen) }
    return plaintext
  }
}
