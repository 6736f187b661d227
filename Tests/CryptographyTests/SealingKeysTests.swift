import Testing

@testable import Cryptography

@Suite("Secrets at rest are sealed")
struct SealingKeysTests {
  private let first = [UInt8](repeating: 1, count: 32)
  private let second = [UInt8](repeating: 2, count: 32)
  private let token = Array("EAAB-token".utf8)
  private let context = "page:123:token"

  @Test("AES-256-GCM gives the published answers (McGrew and Viega, cases 13, 14 and 16)")
  func vectors() throws {
    let zeroKey = [UInt8](repeating: 0, count: 32)
    let zeroNonce = [UInt8](repeating: 0, count: 12)
    #expect(
      Hex.encode(SealedBox.seal([], key: zeroKey, nonce: zeroNonce, authenticating: []))
        == "530f8afbc74536b9a963b4f1c4cb738b")
    #expect(
      Hex.encode(SealedBox.seal([UInt8](repeating: 0, count: 16), key: zeroKey, nonce: zeroNonce, authenticating: []))
        == "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")
    let key = try #require(Hex.decode("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
    let plaintext = try #require(
      Hex.decode(
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657"
          + "ba637b39"))
    let sealed = SealedBox.seal(
      plaintext, key: key, nonce: Hex.decode("cafebabefacedbaddecaf888")!,
      authenticating: Hex.decode("feedfacedeadbeeffeedfacedeadbeefabaddad2")!)
    #expect(
      Hex.encode(sealed)
        == "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0a"
        + "bcc9f662" + "76fc6ece0f4e1768cddf8853bb2d551b")
  }

  @Test("what was sealed opens, also under a key that is no longer the current one")
  func rotation() throws {
    let old = try SealingKeys(current: "k1", keys: ["k1": first])
    let both = try SealingKeys(current: "k2", keys: ["k1": first, "k2": second])
    let new = try SealingKeys(current: "k2", keys: ["k2": second])
    let sealed = old.seal(token, for: context)
    #expect(try both.open(sealed, for: context) == token)
    #expect(try new.open(both.seal(token, for: context), for: context) == token)
    #expect(try old.open(old.seal([], for: context), for: context) == [])
    #expect(throws: CryptographyError(.unknownKey)) { try new.open(sealed, for: context) }
  }

  @Test("a sealed value shows nothing and never repeats")
  func fresh() throws {
    let keys = try SealingKeys(current: "k1", keys: ["k1": first])
    let sealed = keys.seal(token, for: context)
    #expect(sealed != keys.seal(token, for: context))
    #expect(sealed.count == 2 + 2 + 12 + token.count + 16)
    #expect(!sealed.indices.contains { sealed[$0...].starts(with: token) })
  }

  @Test("a changed byte, a shorter value and another place do not open")
  func tampered() throws {
    let keys = try SealingKeys(current: "k1", keys: ["k1": first])
    let sealed = keys.seal(token, for: context)
    #expect(throws: CryptographyError(.doesNotOpen)) { try keys.open(sealed, for: "page:124:token") }
    for place in sealed.indices {
      var changed = sealed
      changed[place] ^= 1
      #expect(throws: CryptographyError.self) { try keys.open(changed, for: context) }
    }
    for length in 0..<sealed.count {
      #expect(throws: CryptographyError.self) { try keys.open(Array(sealed.prefix(length)), for: context) }
    }
    #expect(throws: CryptographyError(.notSealed)) { try keys.open(token, for: context) }
  }

  @Test("the same key under another id does not open either")
  func renamed() throws {
    let keys = try SealingKeys(current: "k1", keys: ["k1": first, "k2": first])
    var sealed = keys.seal(token, for: context)
    sealed[3] = UInt8(ascii: "2")
    #expect(throws: CryptographyError(.doesNotOpen)) { try keys.open(sealed, for: context) }
  }

  @Test("keys are read from their setting, or refused with what to write")
  func settings() throws {
    let digits = String(repeating: "ab", count: 32)
    let keys = try SealingKeys(json: #"{"current":"k1","keys":{"k1":"\#(digits)","k0":"\#(digits)"}}"#)
    #expect(keys.current == "k1")
    func refused(_ json: String, _ code: CryptographyError.Code) {
      let error = #expect(throws: CryptographyError.self) { try SealingKeys(json: json) }
      #expect(error?.code == code)
      #expect(error?.description.contains("abab") == false)
    }
    refused("", .invalidKeySettings)
    refused(#"{"current":"k1"}"#, .invalidKeySettings)
    refused(#"{"current":"k2","keys":{"k1":"\#(digits)"}}"#, .noCurrentKey)
    refused(#"{"current":"k1","keys":{"k1":"\#(digits)ab"}}"#, .invalidKey)
    refused(#"{"current":"k1","keys":{"k1":"ababz"}}"#, .invalidKey)
    refused(#"{"current":"","keys":{"":"\#(digits)"}}"#, .invalidKeyID)
  }
}
