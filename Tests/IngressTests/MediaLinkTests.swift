import JSON
import Messenger
import Testing

@testable import Ingress

@Suite("Attachments that come with a link")
struct MediaLinkTests {
  private func links(_ attachments: String, part: String = "messaging", echo: Bool = false) throws -> [MediaLink] {
    let (sender, recipient) = echo ? ("1", "7") : ("7", "1")
    let body = """
      {"object":"page","entry":[{"id":"1","\(part)":[{"sender":{"id":"\(sender)"},"recipient":{"id":"\(recipient)"},\
      "timestamp":1700000000123,"message":{"mid":"m","is_echo":\(echo),"attachments":\(attachments)}}]}]}
      """
    return try Webhook.events(in: try JSON(parsing: body)).flatMap(MediaLink.all)
  }

  @Test("each file of a message is noted by its place; what is no file of Meta's, or has no link, is not")
  func files() throws {
    let found = try links(
      """
      [{"type":"image","payload":{"url":"https://a.fbcdn.net/1?oh=x&oe=6553F100&z=1"}},
       {"type":"fallback","payload":{"url":"https://evil.example/"},"title":"x"},
       {"type":"location","payload":{"coordinates":{"lat":1,"long":2}}},
       {"type":"audio","payload":null},
       {"type":"video","payload":{"url":"https://a.fbcdn.net/2"}}]
      """)
    #expect(found.map(\.type) == ["image", "video"])
    #expect(found.map(\.position) == [0, 4])
    #expect(found.map(\.expiry) == [1_700_000_000, nil])
    #expect(found.map(\.mid) == ["m", "m"])
    #expect(found.map(\.person) == ["7", "7"])
  }

  @Test("neither what the page itself sent nor another app's copy is noted")
  func others() throws {
    let image = #"[{"type":"image","payload":{"url":"https://a.fbcdn.net/1"}}]"#
    #expect(try links(image).count == 1)
    #expect(try links(image, echo: true).isEmpty)
    #expect(try links(image, part: "standby").isEmpty)
  }

  @Test(
    "an end of time that cannot be one is not known",
    arguments: ["oe=", "oe=6553F10", "oe=6553F10G", "oe=00000001", "xoe=6553F100", "a=oe=6553F100"])
  func expiry(query: String) {
    #expect(MediaLink.expiry(of: "https://a.fbcdn.net/1?\(query)") == nil)
  }
}
