import Cryptography
import Testing

@Suite("Only Meta's signature opens the door")
struct WebhookSignatureTests {
  private let body =
    #"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"#
    + #""timestamp":1,"message":{"mid":"m_x","text":"\u00e4\u00f6\u00e5 a\/b"}}]}]}"#
  private let header = "sha256=734cb0cc6ac764e0ea35fab8ecfbef68097f54b5d3effc037c425b6355d3020b"
  private let secret = "test-app-secret"

  @Test("a body with escapes is signed over its exact bytes")
  func escaped() {
    #expect(WebhookSignature.header(for: body.utf8, secret: secret) == header)
    #expect(
      WebhookSignature.olderHeader(for: body.utf8, secret: secret) == "sha1=1cf0277e74340e0f06488a78ec65df5ac3f27b79")
  }

  @Test(
    "the older header's known answers (bottender)",
    arguments: [
      ("rawBody", "sha1=0d814d436b45c33ef664a317ff4b8dc2d3d8fe2a"),
      ("{}", "sha1=1c99183cb7c44ea27fb834746086b65b89800db8"),
    ])
  func older(body: String, expected: String) {
    #expect(WebhookSignature.olderHeader(for: body.utf8, secret: "FAKE_SECRET") == expected)
  }

  @Test("appsecret_proof's known answer (messaging-apis)")
  func proof() {
    #expect(
      AppSecretProof.make(token: "1234567890", secret: "1WDVGY78")
        == "4894f81b47c53ccf240a1130d119db2c69833eac9be09adeebc8e7226fb73e73")
  }

  @Test("either of two secrets verifies, in either place")
  func rotation() {
    #expect(WebhookSignature.verify(header: header, body: body.utf8, secrets: [secret]))
    #expect(WebhookSignature.verify(header: header, body: body.utf8, secrets: ["newer", secret]))
    #expect(WebhookSignature.verify(header: header, body: Array(body.utf8), secrets: [secret, "newer"]))
  }

  @Test("everything else is refused")
  func refused() {
    let body = Array(body.utf8)
    func verify(_ header: String?, _ secrets: [String] = ["test-app-secret"]) -> Bool {
      WebhookSignature.verify(header: header, body: body, secrets: secrets)
    }
    #expect(!verify(nil))
    #expect(!verify(""))
    #expect(!verify(header, []))
    #expect(!verify(header, ["other"]))
    #expect(!verify(header.uppercased()))
    #expect(!verify(String(header.dropFirst(7))))
    #expect(!verify(String(header.dropLast())))
    #expect(!verify(header + "0"))
    #expect(!verify("sha1=1cf0277e74340e0f06488a78ec65df5ac3f27b79"))
    #expect(!WebhookSignature.verify(header: header, body: body.dropLast(), secrets: [secret]))
    let signedWithNothing = WebhookSignature.header(for: body, secret: "")
    #expect(!verify(signedWithNothing, [""]))
  }

  // MARK: The older header

  private let older = "sha1=1cf0277e74340e0f06488a78ec65df5ac3f27b79"

  private func isTrue(sha256: [String] = [], sha1: [String] = [], allowsSHA1: Bool = true) -> Bool {
    SignatureClaim(sha256: sha256, sha1: sha1, allowsSHA1: allowsSHA1)?.isTrue(of: body.utf8, secrets: [secret])
      ?? false
  }

  @Test("the older header counts only where it is allowed, and only alone")
  func olderAlone() {
    #expect(isTrue(sha1: [older]))
    #expect(!isTrue(sha1: [older], allowsSHA1: false))
    #expect(isTrue(sha256: [header], sha1: [older]))
    #expect(isTrue(sha256: [header], sha1: ["sha1=wrong"]))
    let wrong = "sha256=" + String(repeating: "0", count: 64)
    #expect(!isTrue(sha256: [wrong], sha1: [older]))
    #expect(!isTrue(sha256: [""], sha1: [older]))
  }

  @Test("the caller cannot choose the algorithm by what it writes")
  func algorithm() {
    #expect(!isTrue(sha256: [older]))
    #expect(!isTrue(sha1: [header]))
    #expect(!isTrue(sha256: ["sha512=" + header.dropFirst(7)]))
    #expect(!isTrue(sha256: ["SHA256=" + header.dropFirst(7)]))
    #expect(!isTrue(sha1: ["SHA1=" + older.dropFirst(5)]))
    #expect(!isTrue(sha1: [older.uppercased()]))
  }

  @Test("two signatures are none, also when both are right")
  func ambiguous() {
    #expect(!isTrue(sha256: [header, header]))
    #expect(!isTrue(sha256: [header, "sha256="]))
    #expect(!isTrue(sha256: ["\(header), \(header)"]))
    #expect(!isTrue(sha1: [older, older]))
  }

  @Test("digits that only look like hexadecimal ones are none")
  func digits() {
    #expect(!isTrue(sha256: [header.replacing("7", with: "٧")]))
    #expect(!isTrue(sha256: [header + "\u{0}"]))
    #expect(!isTrue(sha256: [" " + header]))
    #expect(!isTrue(sha256: [String(header.dropLast()) + "B"]))
  }
}
