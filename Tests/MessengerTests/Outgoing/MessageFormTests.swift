import JSON
import MessageSamples
import Messenger
import Testing

@Suite("Every form of message")
struct MessageFormTests {
  private func message(
    _ content: OutgoingMessage.Content, _ grounds: Grounds = .reply, to recipient: Recipient = .person("24")
  ) throws -> OutgoingMessage {
    try OutgoingMessage(to: recipient, content: content, grounds: grounds)
  }

  private func roundTrip(_ message: OutgoingMessage) throws -> OutgoingMessage {
    try OutgoingMessage(json: JSON(parsing: message.json.serialized()))
  }

  @Test("can be made, survives a job, and is the same call afterwards")
  func everything() throws {
    for (content, grounds) in Samples.messages {
      let message = try message(content, grounds)
      let read = try roundTrip(message)
      #expect(read == message)
      #expect(read.requestBody(metadata: "x") == message.requestBody(metadata: "x"))
      #expect(MetaRequest.validate(message.requestBody(metadata: "x")).isEmpty)
    }
  }

  @Test("goes to every form of recipient, and no token shows in a description")
  func recipients() throws {
    for recipient in Samples.recipients {
      let message = try message(.text("a"), to: recipient)
      #expect(try roundTrip(message) == message)
      #expect(!"\(recipient)".contains("secret") && !String(reflecting: recipient).contains("secret"))
    }
    let names = Samples.recipients.compactMap { $0.requestBody.object?.keys.first }
    #expect(
      names == ["id", "user_ref", "comment_id", "post_id", "one_time_notif_token", "notification_messages_token"])
  }

  @Test("carries persona, answer, notification and thread control")
  func envelope() throws {
    for handOver in [ThreadHandOver.pass(appID: "77"), .pass(appID: nil), .release] {
      let message = try OutgoingMessage(
        to: .person("24"), content: .text("a"), grounds: .update, personaID: "5", replyTo: "m_1",
        notification: .silentPush, handOver: handOver)
      #expect(try roundTrip(message) == message)
      let body = message.requestBody(metadata: nil)
      #expect(body["persona_id"] == "5" && body["reply_to"] == ["mid": "m_1"])
      #expect(body["notification_type"] == "SILENT_PUSH")
      #expect(body["thread_control"]?["control_type"] == (handOver == .release ? "release" : "pass"))
    }
  }

  @Test("tells Meta its grounds by messaging type and tag")
  func grounds() throws {
    let expected: [(Grounds, String, String?)] = [
      (.reply, "RESPONSE", nil), (.update, "UPDATE", nil), (.token, "UPDATE", nil), (.privateReply, "RESPONSE", nil),
      (.humanAgent(OperatorKey(checked: "k")), "MESSAGE_TAG", "HUMAN_AGENT"),
      (.customerFeedback, "MESSAGE_TAG", "CUSTOMER_FEEDBACK"), (.utility, "UTILITY", nil),
    ]
    for (grounds, type, tag) in expected {
      let body = try message(.text("a"), grounds).requestBody(metadata: nil)
      #expect(body["messaging_type"]?.string == type)
      #expect(body["tag"]?.string == tag)
      #expect(try Grounds(json: grounds.json) == grounds)
    }
  }

  @Test("of a sender action, it carries nothing else, and a reaction what it goes to")
  func actions() throws {
    for action in Samples.actions {
      let message = try message(.action(action))
      #expect(try roundTrip(message) == message)
      let body = message.requestBody(metadata: "x")
      #expect(body["message"] == nil && body["messaging_type"] == nil)
      #expect(body["payload"] == action.payload)
    }
    #expect(throws: MessengerError.self) {
      try OutgoingMessage(to: .person("24"), content: .action(.typingOn), grounds: .reply, personaID: "5")
    }
  }

  @Test("is spelled as Meta's reference spells it")
  func spelling() {
    #expect(
      Template(Samples.receipt).requestBody["payload"]?["summary"]
        == JSON.object([
          "subtotal": .number("15.00"), "shipping_cost": .number("0.90"), "total_tax": .number("4.00"),
          "total_cost": .number("19.90"),
        ]))
    #expect(
      Template(ButtonTemplate(text: "t", buttons: [Samples.buttons[0]])).payload["buttons"]?[0] == [
        "type": "web_url", "title": "Open", "url": "https://example.org/a", "webview_height_ratio": "tall",
        "messenger_extensions": true, "fallback_url": "https://example.org/b", "webview_share_button": "hide",
      ])
    #expect(
      Samples.utility.requestBody["components"]?[1] == [
        "type": "body",
        "parameters": [
          ["type": "text", "text": "Rome", "parameter_name": "place"], ["type": "text", "text": "03:12"],
        ],
      ])
    #expect(
      MediaAttachment.upload(.image, url: "https://example.org/i")
        == [
          "message": [
            "attachment": ["type": "image", "payload": ["is_reusable": true, "url": "https://example.org/i"]]
          ]
        ])
  }

  @Test(
    "writes money without rounding",
    arguments: [
      (Amount(1990), "19.90"), (Amount(5), "0.05"), (Amount(-5), "-0.05"), (Amount(0), "0.00"),
      (Amount(1990, decimals: 0), "1990"), (Amount(1, decimals: 3), "0.001"),
      (Amount(.min, decimals: 2), "-92233720368547758.08"),
    ])
  func money(amount: Amount, text: String) {
    #expect(amount.json == .number(text))
  }
}
