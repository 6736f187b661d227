import JSON
import Messenger
import Testing

@testable import Ingress

@Suite("What an event tells of its person")
struct ContactNewsTests {
  private static let ours = "martlet1.0d9adf5c-6c1d-4c1c-9a5c-b4d5d8c5b111.a1b2c3d4-0000-4000-8000-00000000000f"

  private func event(_ members: String, part: String = "messaging") throws -> WebhookEvent {
    let body = """
      {"object":"page","entry":[{"id":"1","\(part)":[{"timestamp":1700000000123,\(members)}]}]}
      """
    return try #require(try Webhook.events(in: try JSON(parsing: body)).first)
  }

  private func news(_ members: String, part: String = "messaging", takeover: Duration = .seconds(60)) throws
    -> ContactNews
  {
    ContactNews(try event(members, part: part), ContactRules(ownApps: ["42", "43"], takeover: takeover))
  }

  private func from(_ member: String) -> String { #""sender":{"id":"7"},"recipient":{"id":"1"},\#(member)"# }
  private func to(_ member: String) -> String { #""sender":{"id":"1"},"recipient":{"id":"7"},\#(member)"# }

  @Test(
    "what opens Meta's window",
    arguments: [
      (#""message":{"mid":"m","text":"hi"}"#, true), (#""postback":{"mid":"m","payload":"GO"}"#, true),
      (#""referral":{"source":"SHORTLINK","type":"OPEN_THREAD","ref":"x"}"#, true),
      (#""reaction":{"mid":"m","action":"react","emoji":"x"}"#, true), (#""optin":{"ref":"x"}"#, true),
      (#""reaction":{"mid":"m","action":"unreact"}"#, false), (#""read":{"watermark":1700000000123}"#, false),
      (#""message":{"mid":"m","is_deleted":true}"#, false),
      (#""message_edit":{"mid":"m","text":"x","num_edit":1}"#, false),
      (
        #""optin":{"type":"notification_messages","notification_messages_token":"t","#
          + #""notification_messages_status":"STOP NOTIFICATIONS"}"#, false
      ),
    ])
  func window(member: String, opens: Bool) throws {
    #expect(try news(from(member)).effects.contains(.opensWindow) == opens)
    #expect(try news(from(member)).effects.contains(.wantsProfile) == opens)
  }

  @Test("a verdict on a template names nobody, and is noted all the same")
  func template() throws {
    let found = try news(
      """
      "field":"message_template_status_update","value":{"event":"REJECTED","message_template_id":7,\
      "message_template_name":"alert","message_template_language":"en_US","reason":"INVALID_FORMAT"}
      """, part: "changes")
    #expect(found.effects.isEmpty)
    #expect(
      found.note == [
        "template": [
          "status": "REJECTED", "id": "7", "name": "alert", "language": "en_US", "reason": "INVALID_FORMAT",
        ]
      ])
  }

  @Test("a standby copy tells when the person wrote, and asks for nothing")
  func standby() throws {
    #expect(try news(from(#""message":{"mid":"m","text":"hi"}"#), part: "standby").effects == .opensWindow)
    let echo = to(#""message":{"mid":"m","is_echo":true,"app_id":9}"#)
    #expect(try news(echo, part: "standby").effects.isEmpty)
  }

  @Test(
    "somebody else answered when neither the app nor the metadata of an echo is ours",
    arguments: [
      (#""app_id":42"#, false), (#""app_id":"43""#, false), (#""app_id":263902037430900"#, true),
      (#""text":"x""#, true),
      (#""app_id":9,"metadata":"\#(ours)""#, false), (#""metadata":"\#(ours)""#, false),
      (#""app_id":9,"metadata":"theirs""#, true), (#""app_id":42,"metadata":"theirs""#, false),
    ])
  func takeover(members: String, isTakeover: Bool) throws {
    let echo = to(#""message":{"mid":"m","is_echo":true,\#(members)}"#)
    #expect(try news(echo).effects == (isTakeover ? .isTakeover : []))
    #expect(try news(echo, takeover: .zero).effects.isEmpty)
  }

  @Test(
    "who leads the thread",
    arguments: [
      (#""pass_thread_control":{"previous_owner_app_id":42,"new_owner_app_id":9}"#, "9"),
      (#""pass_thread_control":{"previous_owner_app_id":9,"new_owner_app_id":42}"#, ""),
      (#""pass_thread_control":{"previous_owner_app_id":9,"new_owner_app_id":null}"#, ""),
      (#""take_thread_control":{"previous_owner_app_id":42,"new_owner_app_id":"9"}"#, "9"),
      (#""take_thread_control":{"previous_owner_app_id":42}"#, nil),
      (#""request_thread_control":{"requested_owner_app_id":9}"#, nil), (#""read":{"watermark":1700000000123}"#, nil),
    ] as [(String, String?)])
  func owner(member: String, owner: String?) throws {
    #expect(try news(from(member)).owner == owner)
  }

  @Test("an opt-in is told of with its token, when it ends, and whether it stops")
  func optIn() throws {
    let news = try news(
      from(
        #"""
        "optin":{"type":"notification_messages","payload":"P","notification_messages_token":"T","title":"News",
          "notification_messages_timezone":"UTC","token_expiry_timestamp":1800000000000,"user_token_status":"REFRESHED",
          "notification_messages_status":"STOP NOTIFICATIONS"}
        """#))
    let optIn = try #require(news.note?["optin"])
    #expect(optIn["kind"] == "marketing")
    #expect(optIn["status"] == "stopped")
    #expect(optIn["token"] == "T")
    #expect(optIn["expires_at"]?.int64 == 1_800_000_000_000)
    #expect(optIn["token_status"] == "REFRESHED")
    #expect(news.effects == .makesKnown)
  }

  @Test("somebody known by a reference only is known, and has no window; a reference beside a person joins the two")
  func reference() throws {
    let unnamed = try news(#""recipient":{"id":"1"},"optin":{"ref":"cart","user_ref":"r1"}"#)
    #expect(unnamed.effects == .makesKnown)
    #expect(unnamed.note?["ref"] == nil)
    #expect(unnamed.note?["optin"]?["kind"] == "checkbox")
    let named = try news(
      from(#""message":{"mid":"m","text":"hi"},"prior_message":{"source":"checkbox_plugin","identifier":"r1"}"#))
    #expect(named.note?["ref"] == "r1")
    #expect(named.effects == [.opensWindow, .wantsProfile, .makesKnown])
  }

  @Test("what is about nobody tells of nobody")
  func nobody() throws {
    let news = try news(#""recipient":{"id":"1"},"policy_enforcement":{"action":"warning"}"#)
    #expect(news.effects.isEmpty && news.owner == nil && news.note == nil)
  }
}
