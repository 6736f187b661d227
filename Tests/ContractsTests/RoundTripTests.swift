import Contracts
import JSON
import Messenger
import Testing

private func bytes(_ json: JSON) -> [UInt8] { Array(json.serialized().utf8) }

@Suite("Payloads between services")
struct RoundTripTests {
  @Test(
    "what a person did comes back as it was",
    arguments: [
      UnderstandJob(text: "Grüße \"🐦\"\n\\", mid: "m_1", time: 1_700_000_000_123),
      UnderstandJob(text: nil, mid: "m_1", time: 0),
      UnderstandJob(text: "PAYLOAD", mid: nil, time: .max),
      UnderstandJob(text: "", mid: nil, time: -1),
    ])
  func understand(job: UnderstandJob) throws {
    #expect(try UnderstandJob(payload: bytes(job.payload)) == job)
  }

  @Test(
    "a message to a person comes back as it was",
    arguments: [
      .text("pong, Zoë \u{1F426} \"'\\"),
      .text(
        "choose", quickReplies: [QuickReply(title: "Yes", payload: "{\"a\":1}"), QuickReply(title: "No", payload: "n")]),
      .action(.typingOn), .action(.typingOff), .action(.markSeen),
    ] as [OutgoingMessage.Content])
  func send(content: OutgoingMessage.Content) throws {
    let job = SendJob(
      messageID: "0d9adf5c-6c1d-4c1c-9a5c-b4d5d8c5b111",
      message: try OutgoingMessage(to: .person("2417"), content: content, grounds: .update))
    #expect(try SendJob(payload: bytes(job.payload)) == job)
  }

  @Test(
    "a receipt comes back as it was",
    arguments: [
      ("echo", .echo(mid: "m_1", metadata: "martlet1.a.b")), ("echo", .echo(mid: "m_1", metadata: nil)),
      ("delivery", .delivery(watermark: 1_700_000_000_123)), ("read", .read(watermark: 0)),
    ] as [(String, ReceiptJob)])
  func receipt(kind: String, job: ReceiptJob) throws {
    #expect(try ReceiptJob(kind: kind, payload: bytes(job.payload)) == job)
  }

  @Test(
    "what identity is to know comes back as it was",
    arguments: [
      ("profile", .profile), ("account_linking", .accountLinking(isLinked: true, authorizationCode: "c", time: 5)),
      ("account_linking", .accountLinking(isLinked: false, authorizationCode: nil, time: 0)),
      ("optin", .optIn(kind: "checkbox", ref: "cart", userRef: "r1", time: 5)),
      ("optin", .optIn(kind: "marketing", ref: nil, userRef: nil, time: 5)),
    ] as [(String, IdentifyJob)])
  func identify(kind: String, job: IdentifyJob) throws {
    #expect(try IdentifyJob(kind: kind, payload: bytes(job.payload)) == job)
  }

  @Test("members of a later version are passed over")
  func additions() throws {
    let payload = Array(#"{"time":5,"text":"hi","mid":"m","mood":{"x":[1]}}"#.utf8)
    #expect(try UnderstandJob(payload: payload) == UnderstandJob(text: "hi", mid: "m", time: 5))
    #expect(try ReceiptJob(kind: "read", payload: Array(#"{"watermark":5,"x":null}"#.utf8)) == .read(watermark: 5))
  }
}

@Suite("What becomes of a webhook's event")
struct EventJobTests {
  private func event(_ member: String) throws -> WebhookEvent {
    let body = """
      {"object":"page","entry":[{"id":"1","messaging":[
        {"sender":{"id":"7"},"recipient":{"id":"1"},"timestamp":1700000000123,\(member)}]}]}
      """
    return try #require(try Webhook.events(in: try JSON(parsing: body)).first)
  }

  @Test(
    "a tap counts as its payload, a text as itself",
    arguments: [
      (#""message":{"mid":"m","text":"hi"}"#, "hi"),
      (#""message":{"mid":"m","text":"Yes","quick_reply":{"payload":"YES"}}"#, "YES"),
      (#""message":{"mid":"m","attachments":[]}"#, nil),
      (#""postback":{"mid":"m","title":"Start","payload":"GO"}"#, "GO"),
      (#""postback":{"mid":"m","title":"Start"}"#, "Start"),
    ] as [(String, String?)])
  func understand(member: String, text: String?) throws {
    #expect(UnderstandJob(try event(member)) == UnderstandJob(text: text, mid: "m", time: 1_700_000_000_123))
    #expect(ReceiptJob(try event(member)) == nil)
  }

  @Test(
    "receipts go to outbound",
    arguments: [
      (#""message":{"mid":"m","is_echo":true,"metadata":"x","text":"hi"}"#, .echo(mid: "m", metadata: "x")),
      (#""delivery":{"mids":["m"],"watermark":1700000000123}"#, .delivery(watermark: 1_700_000_000_123, mids: ["m"])),
      (#""read":{"watermark":1700000000123}"#, .read(watermark: 1_700_000_000_123)),
    ] as [(String, ReceiptJob)])
  func receipts(member: String, job: ReceiptJob) throws {
    #expect(ReceiptJob(try event(member)) == job)
    #expect(UnderstandJob(try event(member)) == nil)
  }

  @Test("a link counts as what stands in it")
  func referral() throws {
    let job = UnderstandJob(try event(#""referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"summer"}"#))
    #expect(job == UnderstandJob(text: "summer", mid: nil, time: 1_700_000_000_123))
  }

  @Test("account links and opt-ins go to identity")
  func identify() throws {
    let linking = try event(#""account_linking":{"status":"linked","authorization_code":"c"}"#)
    #expect(
      IdentifyJob(linking) == .accountLinking(isLinked: true, authorizationCode: "c", time: 1_700_000_000_123))
    let optIn = try event(#""optin":{"ref":"cart"}"#)
    #expect(IdentifyJob(optIn) == .optIn(kind: "plugin", ref: "cart", userRef: nil, time: 1_700_000_000_123))
    #expect(UnderstandJob(optIn) == nil && ReceiptJob(optIn) == nil)
  }

  @Test("what nobody knows drives nothing")
  func unknown() throws {
    #expect(UnderstandJob(try event(#""reaction":{"mid":"m"}"#)) == nil)
    #expect(ReceiptJob(try event(#""reaction":{"mid":"m"}"#)) == nil)
  }
}
