import Cryptography
import Testing

@Suite("Digests and their text")
struct DigestTests {
  @Test("SHA-256 of the published vectors (FIPS 180)")
  func sha256() {
    #expect(
      Hex.encode(SHA256.hash([])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      Hex.encode(SHA256.hash("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test("HMAC-SHA-256 of the published vectors (RFC 4231), and of nothing")
  func hmac() {
    #expect(
      Hex.encode(HMACSHA256.authenticate(key: "Jefe".utf8, message: "what do ya want for nothing?".utf8))
        == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    #expect(
      Hex.encode(HMACSHA256.authenticate(key: [UInt8](repeating: 0xAA, count: 131), message: longKeyMessage.utf8))
        == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    #expect(
      Hex.encode(HMACSHA256.authenticate(key: [UInt8](), message: [UInt8]()))
        == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
  }

  private let longKeyMessage = "Test Using Larger Than Block-Size Key - Hash Key First"

  @Test("bytes compare equal only when they are")
  func compare() {
    #expect(constantTimeEqual([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEqual([1, 2, 3], [1, 2]))
    #expect(constantTimeEqual([UInt8](), [UInt8]()))
    #expect(constantTimeEqual("ab".utf8, Array("ab".utf8)))
  }

  @Test("hexadecimal text goes both ways, and nothing else is read")
  func hex() {
    #expect(Hex.encode([0, 0x0F, 0xA0, 0xFF]) == "000fa0ff")
    #expect(Hex.decode("000FA0ff") == [0, 0x0F, 0xA0, 0xFF])
    #expect(Hex.decode("") == [])
    #expect(Hex.decode("0") == nil)
    #expect(Hex.decode("0g") == nil)
    #expect(Hex.decode("äö") == nil)
  }

  @Test("random ids are version 4 UUIDs and differ")
  func random() {
    let ids = (0..<100).map { _ in randomID() }
    #expect(Set(ids).count == 100)
    #expect(
      ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil }
    )
    #expect(randomBytes(0).isEmpty)
    #expect(randomBytes(33).count == 33)
  }
}
