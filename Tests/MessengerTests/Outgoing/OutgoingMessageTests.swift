import JSON
import Messenger
import Testing

@Suite("A message that exists can be sent")
struct OutgoingMessageTests {
  @Test("a text with quick replies becomes the Send API's body")
  func body() throws {
    let message = try OutgoingMessage(
      to: .person("U1"), content: .text("Which?", quickReplies: [QuickReply(title: "Red", payload: "RED")]),
      grounds: .reply)
    #expect(
      message.requestBody(metadata: "mt:7").serialized()
        == #"{"recipient":{"id":"U1"},"messaging_type":"RESPONSE","message":{"text":"Which?","#
        + #""quick_replies":[{"content_type":"text","title":"Red","payload":"RED"}],"metadata":"mt:7"}}"#)
  }

  @Test("a text alone carries nothing else, and a reference is addressed as one")
  func plain() throws {
    let message = try OutgoingMessage(to: .person("ref:r1"), content: .text("hi"), grounds: .update)
    #expect(
      message.requestBody(metadata: nil)
        == ["recipient": ["user_ref": "r1"], "messaging_type": "UPDATE", "message": ["text": "hi"]])
  }

  @Test(
    "sender actions go alone",
    arguments: [(SenderAction.typingOn, "typing_on"), (.typingOff, "typing_off"), (.markSeen, "mark_seen")])
  func action(action: SenderAction, name: String) throws {
    let message = try OutgoingMessage(to: .person("U1"), content: .action(action), grounds: .reply)
    #expect(
      message.requestBody(metadata: "x") == ["recipient": ["id": "U1"], "sender_action": .string(name)])
    #expect(try OutgoingMessage(json: message.json) == message)
  }

  @Test("a message from before grounds were stated is a reply")
  func earlier() throws {
    let json: JSON = [
      "recipient": "U1", "text": "a", "quick_replies": [["title": "Red", "payload": "RED"]],
    ]
    #expect(
      try OutgoingMessage(json: json)
        == OutgoingMessage(
          to: .person("U1"), content: .text("a", quickReplies: [QuickReply(title: "Red", payload: "RED")]),
          grounds: .reply))
  }

  @Test("what is no message is told from what is")
  func malformed() throws {
    for json: JSON in [
      ["text": "a"], ["recipient": "a", "action": "dance"], ["recipient": "a", "text": "a", "action": "typing_on"],
    ] {
      #expect(throws: MessengerError(.notAnOutgoingMessage)) { try OutgoingMessage(json: json) }
    }
  }
}
