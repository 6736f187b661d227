import JSON
import Testing

@testable import Simulator

@Suite("What the Send API refuses")
struct SendRequestTests {
  private static func body(_ message: JSON, type: JSON = "RESPONSE") -> JSON {
    ["recipient": ["id": "1"], "messaging_type": type, "message": message]
  }

  private static func replies(_ count: Int, title: String = "a", payload: String = "b") -> JSON {
    let reply: JSON = ["content_type": "text", "title": .string(title), "payload": .string(payload)]
    return ["text": "t", "quick_replies": .array(Array(repeating: reply, count: count))]
  }

  private static func text(_ count: Int) -> String { String(repeating: "é", count: count) }

  @Test(
    "what is inside the limits passes",
    arguments: [
      body(["text": .string(text(1999))]), body(replies(13)), body(replies(1, title: text(20), payload: text(1000))),
      body(["text": "t", "metadata": .string(text(999))]), ["recipient": ["id": 1], "sender_action": "typing_on"],
      body(["attachment": ["type": "image", "payload": ["url": "https://a.example/b.png"]]]),
    ] as [JSON])
  func passes(_ body: JSON) throws {
    #expect(try SendRequest(body).recipient == "1")
  }

  @Test(
    "what breaks a limit gets code 100",
    arguments: [
      body(["text": .string(text(2000))]), body(replies(14)), body(replies(1, title: text(21))),
      body(replies(1, payload: text(1001))), body(replies(1, title: "")), body(["text": ""]), body([:]),
      body(["text": "t", "metadata": .string(text(1000))]), body(["text": "t"], type: nil),
      body(["text": "t"], type: "SUBSCRIPTION"), body(["text": "t"], type: "MESSAGE_TAG"),
      ["messaging_type": "RESPONSE", "message": ["text": "t"]], ["recipient": ["id": "1"]],
      ["recipient": ["id": "1"], "sender_action": "dance"],
      ["recipient": ["id": "1"], "sender_action": "typing_on", "message": ["text": "t"]],
      body(["attachment": ["type": "template", "payload": ["template_type": "generic", "elements": []]]]),
    ] as [JSON])
  func refused(_ body: JSON) {
    #expect { try SendRequest(body) } throws: { ($0 as? GraphError)?.code == 100 }
  }
}
