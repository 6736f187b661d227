import JSON
import Messenger
import Testing

@Suite("A body that nobody can read")
struct UnreadableBodyTests {
  @Test(
    "is kept whole (RFC 4648 §10)",
    arguments: [
      ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
      ("foobar", "Zm9vYmFy"),
    ])
  func base64(text: String, expected: String) {
    #expect(WebhookEvent.unreadable(Array(text.utf8)).raw == ["base64": .string(expected)])
  }

  @Test("has every byte value, a kind of its own, nobody's name, and one key for one body")
  func event() {
    let body = Array(UInt8.min ... .max)
    let event = WebhookEvent.unreadable(body)
    #expect(event.raw["base64"]?.string?.hasSuffix("8/T19vf4+fr7/P3+/w==") == true)
    #expect(event.name == "unreadable" && event.pageID == "" && event.person == "")
    #expect(event.key == WebhookEvent.unreadable(body).key)
    #expect(event.key != WebhookEvent.unreadable(Array(body.dropLast())).key)
  }
}
