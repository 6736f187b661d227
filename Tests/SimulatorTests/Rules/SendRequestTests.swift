import JSON
import Testing

@testable import Simulator

@Suite("What the Send API refuses")
struct SendRequestTests {
  private static let body = SendSamples.body(_:type:)
  private static let link: JSON = ["type": "web_url", "title": "a", "url": "https://a.example"]

  private static func button(_ button: JSON) -> JSON {
    SendSamples.template("button", ["text": "t", "buttons": [button]])
  }

  private static func call(_ members: JSONObject) -> JSON {
    var call = body(["text": "t"], "RESPONSE").object ?? [:]
    for (name, value) in members { call[name] = value }
    return .object(call)
  }

  @Test(
    "what keeps the rules passes",
    arguments: [
      ["recipient": ["id": 1], "sender_action": "typing_on"], body(["sticker_id": 369_239_263_222_822], "RESPONSE"),
      [
        "recipient": ["id": "1"], "sender_action": "REACT",
        "payload": ["message_id": "m_1", "reaction": "love"],
      ],
      body(["attachment": ["type": "image", "payload": ["url": "https://a.example/b.png"]]], "RESPONSE"),
      body(["attachment": ["type": "file", "payload": ["attachment_id": "1"]]], "RESPONSE"),
      body(["text": "t", "quick_replies": [["content_type": "user_email"]]], "RESPONSE"),
      body(["template": ["name": "n", "language": ["code": "en"]]], "UTILITY"), button(link),
      button(["type": "phone_number", "title": "a", "payload": "+491234"]),
      button(["type": "account_link", "url": "https://a.example"]), button(["type": "account_unlink"]),
      SendSamples.template("notification_messages", ["title": "t", "payload": "p"]),
      SendSamples.template(
        "generic", ["elements": [["title": "t", "default_action": ["type": "web_url", "url": "https://a.example"]]]]),
      SendSamples.template(
        "media", ["elements": [["media_type": "video", "url": "https://www.facebook.com/a/videos/1"]]]),
      call(["notification_type": "NO_PUSH", "persona_id": "1", "reply_to": ["mid": "m_1"]]),
      call(["thread_control": ["control_type": "release"]]), call(["message": ["text": "t", "attachment": nil]]),
    ] as [JSON])
  func passes(_ body: JSON) throws {
    #expect(try SendRequest(body).recipient == .person("1"))
  }

  @Test(
    "what breaks a rule gets code 100",
    arguments: [
      body(["text": ""], "RESPONSE"), body([:], "RESPONSE"), body(["text": "t"], nil),
      body(["text": "t"], "SUBSCRIPTION"), ["messaging_type": "RESPONSE", "message": ["text": "t"]],
      ["recipient": ["id": "1"]], ["recipient": ["id": "1"], "sender_action": "dance"],
      ["recipient": ["id": "1"], "sender_action": "react", "payload": ["reaction": "love"]],
      ["recipient": ["id": "1"], "sender_action": "typing_on", "message": ["text": "t"]],
      ["recipient": ["phone_number": "+1"], "messaging_type": "RESPONSE", "message": ["text": "t"]],
      ["recipient": ["id": "1", "user_ref": "r"], "messaging_type": "RESPONSE", "message": ["text": "t"]],
      body(["text": "t", "attachment": ["type": "image", "payload": ["url": "https://a.example"]]], "RESPONSE"),
      body(["attachment": ["type": "gif", "payload": ["url": "https://a.example"]]], "RESPONSE"),
      body(["attachment": ["type": "image", "payload": ["url": "a.png"]]], "RESPONSE"),
      body(
        ["attachment": ["type": "image", "payload": ["url": "https://a.example", "attachment_id": "1"]]], "RESPONSE"),
      body(["text": "t", "quick_replies": [["content_type": "location"]]], "RESPONSE"),
      body(["text": "t", "quick_replies": [["content_type": "text", "title": "a", "payload": ""]]], "RESPONSE"),
      SendSamples.template("list", ["elements": [["title": "t"]]]), SendSamples.template("open_graph", [:]),
      SendSamples.template("generic", ["elements": [["title": "t"]]]),
      SendSamples.template("media", ["elements": [["media_type": "image", "url": "https://a.example/b.png"]]]),
      SendSamples.template("media", ["elements": [["media_type": "image"]]]),
      SendSamples.template("coupon", ["title": "t"]),
      SendSamples.template("coupon", ["title": "t", "coupon_code": "A B"]),
      button(["type": "payment", "title": "a"]), button(["type": "element_share"]),
      button(["type": "phone_number", "title": "a", "payload": "0123"]),
      button(["type": "account_link", "url": "http://a.example"]),
      call(["notification_type": "LOUD"]), call(["reply_to": [:]]), call(["thread_control": ["control_type": "keep"]]),
    ] as [JSON])
  func refused(_ body: JSON) {
    #expect { try SendRequest(body) } throws: { ($0 as? GraphError)?.code == 100 }
  }

  @Test("an error names the parameter and never repeats a person's words")
  func silent() {
    let error = #expect(throws: GraphError.self) {
      try SendRequest(SendSamples.body(["text": .string(String(repeating: "secret", count: 400))]))
    }
    #expect(error?.message.contains("text") == true)
    #expect(error?.message.contains("secret") == false)
  }
}
