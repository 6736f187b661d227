import Cryptography
import JSON
import Messenger
import Testing

@Suite("A webhook's body becomes events")
struct WebhookTests {
  private func event(_ item: String, part: String = "messaging") throws -> WebhookEvent {
    let body = #"{"object":"page","entry":[{"id":"P1","time":1700000000500,"\#(part)":[\#(item)]}]}"#
    let events = try Webhook.events(in: JSON(parsing: body))
    return try #require(events.count == 1 ? events.first : nil)
  }

  @Test("a message with a quick reply and attachments")
  func message() throws {
    let event = try event(
      #"""
      {"sender":{"id":"U1"},"recipient":{"id":"P1"},"timestamp":1700000000123,"message":{"mid":"m_a","text":"Yes",
      "quick_reply":{"payload":"GO"},"attachments":[{"type":"image","payload":{"url":"https://x.example/1"}}]}}
      """#)
    let attachment = Attachment(
      kind: .image, type: "image", url: "https://x.example/1",
      raw: ["type": "image", "payload": ["url": "https://x.example/1"]])
    #expect(
      event.kind
        == .message(IncomingMessage(mid: "m_a", text: "Yes", quickReplyPayload: "GO", attachments: [attachment])))
    #expect(event.pageID == "P1")
    #expect(event.person == "U1")
    #expect(event.time == 1_700_000_000_123)
    #expect(event.name == "message")
    #expect(event.key == "m_a")
    #expect(event.raw["message"]?["mid"] == "m_a")
  }

  @Test("an echo belongs to the person it went to")
  func echo() throws {
    let event = try event(
      #"""
      {"sender":{"id":"P1"},"recipient":{"id":"U1"},"timestamp":1,"message":{"mid":"m_e","is_echo":true,
      "app_id":263902037430900,"metadata":"mt:1","text":"hi"}}
      """#)
    #expect(event.kind == .echo(Echo(mid: "m_e", appID: "263902037430900", metadata: "mt:1", text: "hi")))
    #expect(event.person == "U1")
    #expect(event.pageID == "P1")
  }

  @Test("an echo that does not name the page still belongs to the person")
  func namelessEcho() throws {
    let event = try event(#"{"recipient":{"id":"U1"},"message":{"mid":"m_e","is_echo":true}}"#)
    #expect(event.person == "U1")
    #expect(event.pageID == "P1")
  }

  @Test("postbacks, deliveries and reads")
  func others() throws {
    let postback = try event(
      #"{"sender":{"id":"U1"},"recipient":{"id":"P1"},"timestamp":5,"postback":{"title":"Go","payload":"GO"}}"#)
    #expect(postback.kind == .postback(Postback(mid: nil, title: "Go", payload: "GO")))
    let delivery = try event(#"{"sender":{"id":"U1"},"delivery":{"mids":["m_1"],"watermark":1700000000123,"seq":3}}"#)
    #expect(delivery.kind == .delivery(Delivery(mids: ["m_1"], watermark: 1_700_000_000_123)))
    #expect(delivery.time == 0)
    let read = try event(#"{"sender":{"id":"U1"},"timestamp":"1700000000","read":{"watermark":1700000000123}}"#)
    #expect(read.kind == .read(Read(watermark: 1_700_000_000_123)))
    #expect(read.time == 1_700_000_000_000)
    #expect(read.pageID == "P1")
  }

  @Test(
    "kinds we do not know keep their name and their bytes",
    arguments: [
      (#""payment":{"payload":"x"}"#, "payment"),
      (#""hop_context":[],"somethingnew":1"#, "somethingnew"), (#""message":{"text":"no mid"}"#, "message.malformed"),
      (#""delivery":{}"#, "delivery.malformed"), (#""a\u0000b":1"#, "unnamed"),
    ])
  func unknown(member: String, name: String) throws {
    let item = #"{"sender":{"id":"U1"},"recipient":{"id":"P1"},"timestamp":5,\#(member)}"#
    let event = try event(item)
    #expect(event.kind == .unknown(name))
    #expect(event.person == "U1")
    #expect(event.raw.serialized() == (try JSON(parsing: item).serialized()))
  }

  @Test("someone known only by a plugin's reference is addressed by it")
  func userReference() throws {
    #expect(try event(#"{"recipient":{"id":"P1"},"optin":{"user_ref":"r1"}}"#).person == "ref:r1")
    #expect(try event(#"{"sender":{"user_ref":"r2"},"postback":{"payload":"x"}}"#).person == "ref:r2")
    #expect(try event(#"{"recipient":{"id":"P1"},"policy_enforcement":{"action":"block"}}"#).person == "")
  }

  @Test("a standby copy is a kind of its own")
  func standby() throws {
    let event = try event(#"{"sender":{"id":"U1"},"message":{"mid":"m_a","text":"hi"}}"#, part: "standby")
    #expect(event.isStandby)
    #expect(event.name == "standby.message")
  }

  @Test("changes are events too, named by their field, or by the messaging event inside")
  func changes() throws {
    let feed = try event(#"{"field":"feed","value":{"item":"status"}}"#, part: "changes")
    #expect(feed.name == "feed")
    #expect(feed.pageID == "P1")
    let test = try event(
      #"{"field":"messages","value":{"sender":{"id":"12"},"recipient":{"id":"23"},"message":{"mid":"t"}}}"#,
      part: "changes")
    #expect(test.kind == .message(IncomingMessage(mid: "t")))
    #expect(test.person == "12")
  }

  @Test("an odd neighbour takes nothing down with it")
  func neighbours() throws {
    let body = #"""
      {"object":"page","entry":[7,{"id":1,"messaging":[null,{"sender":{"id":2},"message":{"mid":"m_1"}},"x"]},
      {"id":"P2"},{"id":"P3","messaging":{}},{"messaging":[{"sender":{"id":"U\u0000"},"recipient":{"id":"P4"},
      "message":{"mid":"m_2"}}]},{"id":"P5","messaging":[{"message":{"mid":"m_3"}}],"standby":[{"read":5}],
      "changes":[{}]}]}
      """#
    let events = try Webhook.events(in: JSON(parsing: body))
    #expect(
      events.map(\.name) == [
        "entry.malformed", "messaging.malformed", "message", "messaging.malformed", "entry.malformed",
        "messaging.malformed", "message", "message", "standby.read.malformed", "changes.malformed",
      ])
    #expect(events.map(\.pageID) == ["", "1", "1", "1", "P2", "P3", "P4", "P5", "P5", "P5"])
    #expect(events.map(\.person) == ["", "", "2", "", "", "", "", "", "", ""])
  }

  @Test("a body about anything else is refused")
  func refused() throws {
    #expect(throws: MessengerError(.otherObject)) { try Webhook.events(in: ["object": "instagram", "entry": []]) }
    #expect(throws: MessengerError(.notAWebhook)) { try Webhook.events(in: ["object": "page"]) }
    #expect(throws: MessengerError(.notAWebhook)) { try Webhook.events(in: [1]) }
    #expect(try Webhook.events(in: ["object": "page", "entry": []]).isEmpty)
  }

  @Test("a signed body with escapes is verified as bytes and read as text")
  func signed() throws {
    let body =
      #"{"object":"page","entry":[{"id":"1","time":1,"messaging":[{"sender":{"id":"2"},"recipient":{"id":"1"},"#
      + #""timestamp":1,"message":{"mid":"m_x","text":"\u00e4\u00f6\u00e5 a\/b"}}]}]}"#
    let header = "sha256=734cb0cc6ac764e0ea35fab8ecfbef68097f54b5d3effc037c425b6355d3020b"
    #expect(WebhookSignature.verify(header: header, body: body.utf8, secrets: ["test-app-secret"]))
    let events = try Webhook.events(in: JSON(parsing: body))
    #expect(events.map(\.kind) == [.message(IncomingMessage(mid: "m_x", text: "äöå a/b"))])
    #expect(events.map(\.time) == [1000])
  }
}
