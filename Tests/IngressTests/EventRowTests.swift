import JSON
import JobQueue
import Messenger
import Testing

@testable import Ingress

@Suite("Where events go")
struct EventRowTests {
  private func rows(_ entry: String) throws -> [EventRow] {
    let body = #"{"object":"page","entry":[{"id":"1",\#(entry)}]}"#
    return try Webhook.events(in: try JSON(parsing: body)).map {
      EventRow($0, app: "42", trace: nil, rules: ContactRules(ownApps: ["42"], takeover: .seconds(60)))
    }
  }

  private func row(_ member: String, part: String = "messaging") throws -> EventRow {
    try #require(
      try rows(#""\#(part)":[{"sender":{"id":"7"},"recipient":{"id":"1"},"timestamp":5,\#(member)}]"#).first)
  }

  @Test(
    "each kind goes to its queue; what drives nothing stays in the ledger",
    arguments: [
      (#""message":{"mid":"m","text":"hi"}"#, .understand, "message"),
      (#""postback":{"mid":"m","payload":"GO"}"#, .understand, "postback"),
      (#""referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"x"}"#, .understand, "referral"),
      (#""account_linking":{"status":"linked","authorization_code":"c"}"#, .identify, "account_linking"),
      (#""optin":{"ref":"x"}"#, .identify, "optin"), (#""read":{"watermark":1700000000123}"#, .receipt, "read"),
      (#""delivery":{"watermark":1700000000123}"#, .receipt, "delivery"),
      (#""message":{"mid":"m","is_echo":true}"#, .receipt, "echo"),
      (#""reaction":{"mid":"m","action":"react"}"#, nil, "reaction"),
      (#""pass_thread_control":{"new_owner_app_id":9}"#, nil, "pass_thread_control"),
      (#""message":{"mid":"m","is_deleted":true}"#, nil, "unsent"), (#""hologram":{"x":1}"#, nil, "hologram"),
    ] as [(String, QueueName?, String)])
  func routes(member: String, queue: QueueName?, kind: String) throws {
    let row = try row(member)
    #expect(row.queue == queue)
    #expect(row.kind == kind)
    #expect((row.payload == nil) == (queue == nil))
    let copy = try self.row(member, part: "standby")
    #expect(copy.queue == nil)
    #expect(copy.kind == "standby.\(kind)")
  }

  @Test("every event locks its lane, also one that becomes no job; a join locks both")
  func locks() throws {
    #expect(
      try row(#""reaction":{"mid":"m","action":"react"}"#).locked
        == [QueueTarget(.understand, pageID: "1", person: "7")])
    #expect(try rows(#""changes":[{"field":"ratings","value":{}}]"#)[0].locked.map(\.person) == [""])
    #expect(
      try row(#""message":{"mid":"m"},"prior_message":{"source":"checkbox_plugin","identifier":"r1"}"#).locked
        .map(\.person) == ["7", "ref:r1"])
  }

  @Test("only queues whose readers are told after the commit are woken")
  func wakes() throws {
    #expect(try row(#""message":{"mid":"m"}"#).woken?.queue == .understand)
    #expect(try row(#""optin":{"ref":"x"}"#).woken == nil)
    #expect(try row(#""reaction":{"mid":"m","action":"react"}"#).woken == nil)
  }
}
