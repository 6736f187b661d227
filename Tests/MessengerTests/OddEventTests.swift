import JSON
import Testing

@testable import Messenger

@Suite("What cannot be read is kept, under a name that says so")
struct OddEventTests {
  private static let objects = [
    "message", "delivery", "read", "postback", "reaction", "message_edit", "referral", "optin", "account_linking",
    "pass_thread_control", "take_thread_control", "request_thread_control", "app_roles", "policy_enforcement",
    "messaging_feedback", "response_feedback", "order", "game_play", "messaging_customer_information", "form",
    "message_template_status_update",
  ]

  @Test("a member of another type", arguments: Self.objects, [.null, 5, "x", true, [], [:], [5]] as [JSON])
  func otherType(member: String, body: JSON) throws {
    let item: JSON = ["sender": ["id": "24"], "recipient": ["id": "1"], "\(member)": body]
    let event = try event(item)
    #expect(event.kind == .unknown("\(member).malformed"))
    #expect(event.person == "24")
    #expect(event.raw == item)
  }

  @Test(
    "one that lacks what matters",
    arguments: [
      (["message": ["text": "hi"]], "message.malformed"), (["message": ["mid": ""]], "message.malformed"),
      (["message": ["mid": ["x"], "text": "hi"]], "message.malformed"),
      (["delivery": ["mids": ["m_1"]]], "delivery.malformed"), (["read": ["watermark": "soon"]], "read.malformed"),
      (["reaction": ["mid": "m", "action": "juggle"]], "reaction.malformed"),
      (["account_linking": ["status": "maybe"]], "account_linking.malformed"),
      (["pass_thread_control": ["metadata": "x"]], "pass_thread_control.malformed"),
      (["policy-enforcement": ["reason": "x"]], "policy_enforcement.malformed"),
      (["template": []], "template.malformed"), (["message_request": [:]], "message_request.malformed"),
    ] as [(JSON, String)])
  func incomplete(members: JSON, name: String) throws {
    #expect(try event(members).kind == .unknown(name))
  }

  @Test(
    "a change that lacks it",
    arguments: [
      ("feed", ["item": "comment"], "feed.comment.malformed"), ("feed", ["item": "status"], "feed"),
      ("feed", .null, "feed"), ("inbox_labels", [:], "inbox_labels.malformed"),
      ("message_template_status_update", 5, "message_template_status_update.malformed"),
      ("ratings", ["rating": 5], "ratings"),
      ("group_feed", ["recipient": ["id": "1"], "from": ["id": "7"], "message": "words"], "group_feed"),
      ("mention", .null, "mention"),
    ] as [(String, JSON, String)])
  func changes(field: String, value: JSON, name: String) throws {
    #expect(try event(["field": .string(field), "value": value], part: "changes").kind == .unknown(name))
  }

  @Test(
    "kinds nobody has written down, by the name of their member",
    arguments: [
      (["payment": ["payload": "x"]], "payment"), (["pre_checkout": [:]], "pre_checkout"),
      (["checkout_update": .null], "checkout_update"), (["a": .null, "hologram": 1], "hologram"),
      (["hop_context": [], "lead": [:], "prior_message": [:]], "unnamed"), ([:], "unnamed"),
      (["template": ["type": "hologram"]], "template.hologram"), (["a\u{0}b": 1], "unnamed"),
      (["näme": 1], "unnamed"),
    ] as [(JSON, String)])
  func unknown(members: JSON, name: String) throws {
    let event = try event(members)
    #expect(event.kind == .unknown(name))
    #expect(event.kind.understood == [:])
    #expect(event.raw == members)
  }

  @Test(
    "what nobody knows does not go by the name of what somebody does",
    arguments: ["echo", "unsent", "feed.comment", "inbox_labels", "standby.message"])
  func taken(name: String) throws {
    #expect(try event(["\(name)": 1]).kind == .unknown("\(name).malformed"))
    for name in [name, "message", "delivery", "pass_thread_control"] {
      #expect(try event(["field": .string(name), "value": 5], part: "changes").name == "\(name).malformed")
    }
  }

  @Test(
    "an echo is one however its flag is written, for a bot must not answer itself",
    arguments: [true, "true", 1, "1"] as [JSON])
  func flag(value: JSON) throws {
    #expect(try event(["message": ["mid": "m", "is_echo": value]]).name == "echo")
  }

  @Test("and none when the flag is off", arguments: [false, "false", 0, "", .null, [:]] as [JSON])
  func noFlag(value: JSON) throws {
    #expect(try event(["message": ["mid": "m", "is_echo": value]]).name == "message")
  }

  @Test(
    "times come in milliseconds, seconds and quotes, and nonsense is none",
    arguments: [
      (1_700_000_000_123, 1_700_000_000_123), (1_700_000_000, 1_700_000_000_000),
      ("1700000000123", 1_700_000_000_123), ("1700000000", 1_700_000_000_000), (1, 1000), (.null, 0), (0, 0),
      (-5, 0), ("soon", 0), ("", 0), (.number("1e30"), 0), (.number("1.7e12"), 1_700_000_000_000), ([:], 0),
      (.number("99999999999999999999"), 0),
    ] as [(JSON, Int64)])
  func times(timestamp: JSON, time: Int64) throws {
    #expect(try event(["timestamp": timestamp, "message": ["mid": "m"]]).time == time)
  }

  @Test("a change that names nobody but holds an event is that event")
  func namelessChange() throws {
    let change = try event(["field": "messages", "value": ["message": ["mid": "t"]]], part: "changes")
    #expect(change.kind == .message(IncomingMessage(mid: "t")))
    let feed = try event(["field": "feed", "value": ["item": "post", "message": "words"]], part: "changes")
    #expect(feed.kind == .unknown("feed"))
  }

  @Test("a piece of a body is read like the whole")
  func pieces() throws {
    let item: JSON = ["sender": ["id": "24"], "recipient": ["id": "1"], "message": ["mid": "m"]]
    let whole = try event(item)
    let pieces: [JSON] = [
      item, ["id": "1", "messaging": [item]], ["object": "page", "entry": [["id": "1", "messaging": [item]]]],
      ["field": "messages", "value": item],
    ]
    for piece in pieces {
      let events = try Webhook.events(inPiece: piece)
      #expect(events.map(\.kind) == [whole.kind])
      #expect(events.map(\.key) == [whole.key])
      #expect(events.map(\.pageID) == ["1"])
    }
    #expect(throws: MessengerError(.otherObject)) { try Webhook.events(inPiece: ["object": "user"]) }
    for nonsense in [5, [:], [item], ["a": 1], ["message": "hi"]] as [JSON] {
      #expect(throws: MessengerError(.notAPiece)) { try Webhook.events(inPiece: nonsense) }
    }
  }
}
