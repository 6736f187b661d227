import JSON
import Testing

@testable import Messenger

@Suite("Whose event it is")
struct PersonTests {
  @Test("a reference stands in for the person until Meta names them")
  func reference() throws {
    let checkbox = try event(["recipient": ["id": "1"], "optin": ["ref": "a", "user_ref": "r1"]])
    #expect(checkbox.person == "ref:r1")
    #expect(checkbox.userRef == nil)
    let guest = try event(["sender": ["user_ref": "r2"], "postback": ["payload": "x"]])
    #expect(guest.person == "ref:r2")
    #expect(guest.userRef == nil)
  }

  @Test(
    "an event that names both joins them",
    arguments: [
      ["message": ["mid": "m"], "prior_message": ["source": "checkbox_plugin", "identifier": "r1"]],
      ["optin": ["ref": "a", "user_ref": "r1"]],
      ["sender": ["id": "24", "user_ref": "r1"], "postback": ["payload": "x"]],
    ] as [JSON])
  func joined(members: JSON) throws {
    var item: JSONObject = ["sender": ["id": "24"], "recipient": ["id": "1"]]
    for (name, value) in members.object ?? [:] { item[name] = value }
    let event = try event(.object(item))
    #expect(event.person == "24")
    #expect(event.userRef == "r1")
  }

  @Test("the page itself is nobody's person")
  func page() throws {
    #expect(try event(["sender": ["id": "1"], "recipient": ["id": 24], "read": ["watermark": 5]]).person == "24")
    #expect(try event(["sender": ["id": 1], "policy_enforcement": ["action": "block"]]).person == "")
    #expect(try event(["recipient": ["id": "1"], "app_roles": ["11": []]]).person == "")
  }

  @Test("an id that a database would stumble over names nobody", arguments: ["", "a b", "a\u{0}", "ä"] as [JSON])
  func odd(id: JSON) throws {
    #expect(try event(["sender": ["id": id], "message": ["mid": "m"]]).person == "")
    #expect(try event(["sender": ["id": .string(String(repeating: "9", count: 129))], "form": ["id": 1]]).person == "")
  }

  @Test("a label is about the person who bears it, a comment about no one we could write to")
  func changes() throws {
    let label = try event(
      ["field": "inbox_labels", "value": ["user": ["id": 24], "action": "add"]], part: "changes")
    #expect(label.person == "24")
    let comment = try event(
      [
        "field": "feed",
        "value": [
          "item": "comment", "verb": "add", "comment_id": "c", "from": ["id": "77"], "created_time": 1_700_000_000,
        ],
      ], part: "changes")
    #expect(comment.person == "")
    #expect(comment.time == 1_700_000_000_000)
  }
}
