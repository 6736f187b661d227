import JSON
import Messenger
import Testing

@testable import GraphAPI

@Suite("A message counts against the limit of its kind")
struct SendKindTests {
  @Test("audio and video are slow, everything else is not")
  func kinds() throws {
    func kind(_ content: OutgoingMessage.Content) throws -> SendKind {
      SendKind(try OutgoingMessage(to: .person("U1"), content: content, grounds: .reply))
    }
    let address = MediaAttachment.Source.url("https://files.example/a")
    #expect(try kind(.text("hello")) == .text)
    #expect(try kind(.action(.typingOn)) == .text)
    #expect(try kind(.attachment(MediaAttachment(.image, address))) == .text)
    #expect(try kind(.attachment(MediaAttachment(.file, address))) == .text)
    #expect(try kind(.attachment(MediaAttachment(.audio, address))) == .audioVideo)
    #expect(try kind(.attachment(MediaAttachment(.video, address))) == .audioVideo)
    #expect(try kind(.template(Template(MediaTemplate(.image, .id("1"))))) == .text)
    #expect(try kind(.template(Template(MediaTemplate(.video, .id("1"))))) == .audioVideo)
  }
}
