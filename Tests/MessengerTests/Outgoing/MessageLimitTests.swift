import JSON
import Messenger
import Testing

@Suite("A message that breaks a limit cannot be made")
struct MessageLimitTests {
  private func refusal(_ content: OutgoingMessage.Content, to recipient: Recipient = .person("24")) -> MessengerError? {
    do throws(MessengerError) {
      _ = try OutgoingMessage(to: recipient, content: content, grounds: .reply)
      return nil
    } catch {
      return error
    }
  }

  private func text(_ count: Int) -> String { String(repeating: "a", count: count) }

  @Test("and the error names field, limit and amount")
  func naming() {
    let long = refusal(.text(text(2000)))
    #expect(long?.code == .breaksLimit)
    #expect(long?.field == "message.text" && long?.limit == 1999 && long?.value == 2000)
    #expect(
      long?.description == "Making a message failed: message.text has 2000 characters, and Meta takes no more than "
        + "1999 (Meta, Send API reference). Split the text over several messages.")
    let title = refusal(
      .text("a", quickReplies: [QuickReply(title: "b", payload: "B"), QuickReply(title: text(21), payload: "B")]))
    #expect(title?.field == "message.quick_replies[1].title" && title?.limit == 20 && title?.value == 21)
    let many = refusal(.template(Template(ProductTemplate(ids: (1...11).map { "\($0)" }))))
    #expect(many?.field == "message.attachment.payload.elements" && many?.limit == 10 && many?.value == 11)
  }

  @Test("and characters are counted as Meta counts them")
  func units() {
    #expect(refusal(.text(String(repeating: "😀", count: 999) + "a")) == nil)
    #expect(refusal(.text(String(repeating: "😀", count: 1000)))?.value == 2000)
    #expect(refusal(.text(" \n"))?.finding?.problem == .tooShort)
  }

  @Test("and nobody is no recipient")
  func nobody() {
    for recipient in [Recipient.person(""), .person("ref:"), .comment(""), .oneTimeToken("")] {
      #expect(refusal(.text("a"), to: recipient)?.finding?.problem == .missing)
    }
  }

  @Test("and no error repeats what was to be said")
  func silence() {
    let words = "words-of-a-person "
    let long = String(repeating: words, count: 200)
    let contents: [OutgoingMessage.Content] = [
      .text(long), .text("a", quickReplies: [QuickReply(title: long, payload: long)]),
      .attachment(.init(.image, .url(words))), .sticker(""),
      .template(Template(payload: ["template_type": .string(words)])), .template(Template(payload: .string(words))),
      .template(Template(ButtonTemplate(text: words, buttons: [.phone(title: "Call", number: words)]))),
      .template(Template(CouponTemplate(title: "T", .code(words)))),
      .template(Template(MediaTemplate(.image, .facebookURL("https://\(words)")))),
    ]
    for content in contents {
      let error = refusal(content)
      #expect(error != nil)
      #expect(error.map { "\($0)".contains("words-of") || String(reflecting: $0).contains("words-of") } != true)
      #expect(error?.remedy.isEmpty == false)
    }
  }

  @Test("and a template's odd shapes are told apart")
  func shapes() {
    func problem(_ form: some TemplateForm) -> Finding.Problem? { refusal(.template(Template(form)))?.finding?.problem }
    #expect(problem(GenericTemplate(cards: [.init(title: "alone")])) == .noneOf)
    #expect(problem(CouponTemplate(title: "T", .code("TEN OFF"))) == .spaces)
    #expect(problem(MediaTemplate(.video, .facebookURL("https://example.org/v"))) == .notFacebook)
    #expect(problem(ButtonTemplate(text: "t", buttons: [.link(title: "a", WebLink("example.org"))])) == .notALink)
    #expect(
      problem(ButtonTemplate(text: "t", buttons: [.link(title: "a", WebLink("http://a.org", hasExtensions: true))]))
        == .notSecure)
    #expect(problem(ButtonTemplate(text: "t", buttons: [.accountLink(url: "http://a.org")])) == .notSecure)
    #expect(problem(ButtonTemplate(text: "t", buttons: [.phone(title: "a", number: "06")])) == .notAPhoneNumber)
    let images = [Int](1...3).map { ImageGridTemplate.Image(url: "https://a.org/\($0)", isHero: $0 > 1) }
    #expect(problem(ImageGridTemplate(images: images)) == .tooMany)
  }
}
