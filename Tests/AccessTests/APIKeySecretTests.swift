import Cryptography
import Messenger
import Testing

@testable import Access

@Suite("A key's secret")
struct APIKeySecretTests {
  @Test("is 256 random bits, of which the table has the SHA-256")
  func digest() throws {
    let secret = APIKeySecret.random()
    let bytes = try #require(Hex.decode(secret.text.dropFirst("martlet_".count)))
    #expect(bytes.count == 32)
    #expect(secret.digest == SHA256.hash(bytes))
    #expect(try #require(APIKeySecret(secret.text)).digest == secret.digest)
    #expect(APIKeySecret.random().text != secret.text)
  }

  @Test(
    "what no key looks like never reaches the table",
    arguments: ["", "martlet_", "martlet_00", "Martlet_" + String(repeating: "0", count: 64), "martlet_é"])
  func shape(text: String) {
    #expect(APIKeySecret(text) == nil)
  }

  @Test("does not show itself")
  func shown() {
    let secret = APIKeySecret.random()
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), dumped] { #expect(!text.contains(secret.text.suffix(64))) }
  }

  @Test("a key may do what its rights say, on its pages")
  func rights() {
    let key = APIKey(id: "k", name: "Ada", rights: [.send, .humanAgent], pages: ["1"])
    #expect(key.may(.send, on: "1"))
    #expect(!key.may(.send, on: "2"))
    #expect(!key.may(.broadcast, on: "1"))
    #expect(key.operatorKey(on: "1")?.id == "k")
    #expect(key.operatorKey(on: "2") == nil)
    #expect(APIKey(id: "k", name: "Ada", rights: [.send], pages: nil).operatorKey(on: "1") == nil)
    #expect(APIKey(id: "k", name: "Ada", rights: [.send], pages: nil).may(.send, on: "3"))
  }
}
