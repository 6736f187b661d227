import JSON
import Messenger
import Testing

@Suite("What Meta would refuse of a request")
struct MetaRequestTests {
  private func findings(_ text: String) throws -> [String] {
    MetaRequest.validate(try JSON(parsing: text)).map { "\($0.field) \($0.problem.rawValue)" }
  }

  @Test("is told whole, not only the first of it")
  func all() throws {
    #expect(
      try findings(
        #"""
        {"recipient":{},"messaging_type":"SHOUT","message":{"text":"","quick_replies":[{"content_type":"location"},
        {"content_type":"text","title":"a title of too many letters","payload":"","mood":1}],"colour":"red"}}
        """#) == [
          "recipient not_exactly_one", "messaging_type not_allowed", "message.text too_short",
          "message.quick_replies[0].content_type not_allowed", "message.quick_replies[1].title too_long",
          "message.quick_replies[1].mood unknown_member", "message.quick_replies[1].payload missing",
          "message.colour unknown_member",
        ])
  }

  @Test(
    "is nothing for what Meta's own examples say",
    arguments: [
      #"{"recipient":{"id":24},"messaging_type":"RESPONSE","message":{"text":"hi","metadata":""}}"#,
      #"{"recipient":{"id":"24"},"sender_action":"react","payload":{"message_id":"m","reaction":"love"}}"#,
      #"{"recipient":{"id":"24"},"messaging_type":"UPDATE","message":{"sticker_id":369239263222822}}"#,
      #"{"recipient":{"id":"24","user_ref":null},"messaging_type":"UPDATE","tag":null,"message":{"text":"a","template":null}}"#,
      #"{"recipient":{"comment_id":"1"},"messaging_type":"RESPONSE","message":{"text":"hi"}}"#,
      #"{"recipient":{"id":"24"},"messaging_type":"MESSAGE_TAG","tag":"HUMAN_AGENT","message":{"text":"hi"}}"#,
    ])
  func good(text: String) throws {
    #expect(try findings(text).isEmpty)
  }

  @Test(
    "is a messaging type or a tag that does not go with the message",
    arguments: [
      (#""message":{"text":"a"}"#, "messaging_type missing"),
      (#""messaging_type":"UTILITY","message":{"text":"a"}"#, "messaging_type grounds_mismatch"),
      (
        #""messaging_type":"UPDATE","message":{"template":{"name":"n","language":{"code":"en"}}}"#,
        "messaging_type grounds_mismatch"
      ),
      (#""messaging_type":"UPDATE","tag":"HUMAN_AGENT","message":{"text":"a"}"#, "tag grounds_mismatch"),
      (#""messaging_type":"MESSAGE_TAG","message":{"text":"a"}"#, "tag missing"),
      (#""messaging_type":"MESSAGE_TAG","tag":"X","message":{"text":"a"}"#, "tag not_allowed"),
      (#""messaging_type":"MESSAGE_TAG","tag":"CUSTOMER_FEEDBACK","message":{"text":"a"}"#, "tag grounds_mismatch"),
      (
        #""messaging_type":"RESPONSE","message":{"text":"a"},"sender_action":"typing_on""#,
        "the request not_exactly_one"
      ),
      (#""sender_action":"typing_on","messaging_type":"RESPONSE""#, "messaging_type mismatch"),
      (#""sender_action":"react""#, "payload missing"),
      (#""sender_action":"react","payload":{"message_id":"m"}"#, "payload.reaction missing"),
      (#""sender_action":"mark_seen","payload":{"message_id":"m"}"#, "payload mismatch"),
    ])
  func types(members: String, finding: String) throws {
    #expect(try findings(#"{"recipient":{"id":"24"},\#(members)}"#) == [finding])
  }

  @Test("is every retired tag, with the day it was")
  func retired() throws {
    let tags = RetiredTag.until2020.union(RetiredTag.until2026)
    #expect(tags.count == 19)
    for tag in tags {
      let body: JSON = [
        "recipient": ["id": "24"], "messaging_type": "MESSAGE_TAG", "tag": .string(tag), "message": ["text": "a"],
      ]
      let finding = try #require(MetaRequest.validate(body).first)
      #expect(finding.problem == .retiredTag)
      let day = RetiredTag.until2026.contains(tag) ? "2026-04-27" : "2020-03-04"
      #expect(finding.sentence.contains("\(tag), which Meta refuses since \(day)"))
      let breach = Breach(.tagRetired(try #require(RetiredTag(tag))))
      #expect(throws: breach) { try Grounds(json: ["kind": .string(tag)]) }
    }
  }

  @Test("of nonsense is told without falling over", arguments: ["null", "5", "[]", "{}", #"{"message":5}"#])
  func nonsense(text: String) throws {
    #expect(try MetaRequest.validate(JSON(parsing: text)).contains(where: \.isRefusal))
  }
}
