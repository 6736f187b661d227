import JSON
import Messenger
import Testing

@Suite("A message that exists can be sent")
struct OutgoingMessageTests {
  @Test("a text with quick replies becomes the Send API's body")
  func body() throws {
    let message = try OutgoingMessage(
      to: "U1", content: .text("Which?", quickReplies: [QuickReply(title: "Red", payload: "RED")]))
    #expect(
      message.requestBody(metadata: "mt:7").serialized()
        == #"{"recipient":{"id":"U1"},"messaging_type":"RESPONSE","message":{"text":"Which?","#
        + #""quick_replies":[{"content_type":"text","title":"Red","payload":"RED"}],"metadata":"mt:7"}}"#)
  }

  @Test("a text alone carries nothing else, and a reference is addressed as one")
  func plain() throws {
    let message = try OutgoingMessage(to: "ref:r1", content: .text("hi"))
    #expect(
      message.requestBody(metadata: nil, messagingType: "UPDATE")
        == ["recipient": ["user_ref": "r1"], "messaging_type": "UPDATE", "message": ["text": "hi"]])
  }

  @Test(
    "sender actions go alone",
    arguments: [
      (OutgoingMessage.Content.typingOn, "typing_on"), (.typingOff, "typing_off"), (.markSeen, "mark_seen"),
    ])
  func action(content: OutgoingMessage.Content, name: String) throws {
    let message = try OutgoingMessage(to: "U1", content: content)
    #expect(
      message.requestBody(metadata: "x") == ["recipient": ["id": "U1"], "sender_action": .string(name)])
    #expect(try OutgoingMessage(json: message.json) == message)
  }

  @Test("a message survives a job's payload")
  func roundTrip() throws {
    let replies = [QuickReply(title: "Red", payload: "RED"), QuickReply(title: "Blue", payload: "BLUE")]
    for message in [
      try OutgoingMessage(to: "U1", content: .text("a\n\"b\" 😀")),
      try OutgoingMessage(to: "U1", content: .text("a", quickReplies: replies)),
    ] {
      #expect(try OutgoingMessage(json: JSON(parsing: message.json.serialized())) == message)
    }
    #expect(throws: MessengerError(.notAnOutgoingMessage)) { try OutgoingMessage(json: ["text": "a"]) }
    #expect(throws: MessengerError(.notAnOutgoingMessage)) {
      try OutgoingMessage(json: ["recipient": "a", "action": "dance"])
    }
  }

  @Test("Meta's limits hold at the edge")
  func limits() throws {
    func make(_ text: String, _ replies: [QuickReply] = []) throws(MessengerError) {
      _ = try OutgoingMessage(to: "U1", content: .text(text, quickReplies: replies))
    }
    func reply(_ title: Int, _ payload: Int) -> QuickReply {
      QuickReply(title: String(repeating: "t", count: title), payload: String(repeating: "p", count: payload))
    }
    try make(String(repeating: "a", count: 1999))
    try make("a", Array(repeating: reply(20, 1000), count: 13))
    #expect(throws: MessengerError(.textTooLong)) { try make(String(repeating: "a", count: 2000)) }
    #expect(throws: MessengerError(.textTooLong)) { try make(String(repeating: "😀", count: 1000)) }
    #expect(throws: MessengerError(.textEmpty)) { try make(" \n") }
    #expect(throws: MessengerError(.tooManyQuickReplies)) { try make("a", Array(repeating: reply(1, 1), count: 14)) }
    #expect(throws: MessengerError(.quickReplyTitle)) { try make("a", [reply(21, 1)]) }
    #expect(throws: MessengerError(.quickReplyTitle)) { try make("a", [reply(0, 1)]) }
    #expect(throws: MessengerError(.quickReplyPayload)) { try make("a", [reply(1, 1001)]) }
    #expect(throws: MessengerError(.noRecipient)) { try OutgoingMessage(to: "", content: .typingOn) }
  }
}
