/// Why sealing keys cannot be used or a sealed value does not open. Holds nothing of the keys or the value.
package struct CryptographyError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case invalidKeySettings, noCurrentKey, invalidKeyID, invalidKey
    case notSealed, unknownKey, doesNotOpen
    case certificate
  }

  package let code: Code

  init(_ code: Code) {
    self.code = code
  }

  package var description: String { "\(what). \(remedy)" }

  private var what: String {
    switch code {
    case .invalidKeySettings: "Reading the sealing keys failed: not the JSON object that was expected"
    case .noCurrentKey: "Reading the sealing keys failed: the current key is not among the keys"
    case .invalidKeyID: "Reading the sealing keys failed: a key's id is not 1 to 64 bytes long"
    case .invalidKey: "Reading the sealing keys failed: a key is not 64 hexadecimal digits"
    case .notSealed: "Opening a sealed value failed: it is cut short or was not sealed by this program"
    case .unknownKey: "Opening a sealed value failed: its key is not among the sealing keys"
    case .doesNotOpen: "Opening a sealed value failed: it was changed, moved or sealed under another key"
    case .certificate: "Making a certificate failed: libcrypto would not"
    }
  }

  package var remedy: String {
    switch code {
    case .invalidKeySettings, .noCurrentKey, .invalidKeyID:
      #"Write them as {"current":"k1","keys":{"k1":"<64 hexadecimal digits>"}}."#
    case .invalidKey: "Make one with: openssl rand -hex 32"
    case .unknownKey: "Add the key it was sealed under back to the sealing keys."
    case .notSealed, .doesNotOpen: "Store the secret again."
    case .certificate: "Install OpenSSL 3 with the curve P-256."
    }
  }
}
