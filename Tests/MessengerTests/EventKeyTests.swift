import JSON
import Testing

@testable import Messenger

@Suite("An event delivered again has the same key")
struct EventKeyTests {
  private func key(_ members: JSON, timestamp: JSON = 1_700_000_000_000, person: JSON = "U1") throws -> String {
    var item = members.object ?? [:]
    item["sender"] = ["id": person]
    item["timestamp"] = timestamp
    let entry: JSON = ["id": "P1", "messaging": [.object(item)]]
    let events = try Webhook.events(in: ["object": "page", "entry": [entry]])
    return try #require(events.first?.key)
  }

  @Test(
    "whatever the timestamp",
    arguments: [
      ["message": ["mid": "m_1", "text": "a"]], ["postback": ["mid": "m_1", "payload": "a"]],
      ["postback": ["payload": "a"]], ["reaction": ["mid": "m_1", "action": "react", "emoji": "x"]],
      ["message_edit": ["mid": "m_1", "num_edit": 1]], ["referral": ["ref": "a", "source": "SHORTLINK"]],
      ["read": ["watermark": 1_700_000_000_000]], ["delivery": ["watermark": 1_700_000_000_000]],
    ] as [JSON])
  func again(members: JSON) throws {
    #expect(try key(members) == key(members, timestamp: 1_700_000_009_999))
    #expect(try !key(members).isEmpty)
  }

  @Test(
    "and another event another one",
    arguments: [
      (["postback": ["payload": "a"]], ["postback": ["payload": "b"]]),
      (
        ["reaction": ["mid": "m_1", "action": "react", "emoji": "x"]],
        ["reaction": ["mid": "m_1", "action": "unreact", "emoji": "x"]]
      ),
      (["message_edit": ["mid": "m_1", "num_edit": 1]], ["message_edit": ["mid": "m_1", "num_edit": "2"]]),
      (["referral": ["ref": "a"]], ["referral": ["ref": "b"]]),
      (["read": ["watermark": 1_700_000_000_000]], ["read": ["watermark": 1_700_000_000_001]]),
      (
        ["delivery": ["watermark": 1_700_000_000_000, "mids": ["a"]]],
        ["delivery": ["watermark": 1_700_000_000_000, "mids": ["b"]]]
      ),
    ] as [(JSON, JSON)])
  func another(one: JSON, other: JSON) throws {
    #expect(try key(one) != key(other))
    if one["message_edit"] == nil { #expect(try key(one) != key(one, person: "U2")) }
  }

  @Test(
    "what sets a state counts again at another time",
    arguments: [
      ["pass_thread_control": ["previous_owner_app_id": "2", "new_owner_app_id": "1"]],
      ["take_thread_control": ["previous_owner_app_id": "1"]], ["account_linking": ["status": "unlinked"]],
      ["policy_enforcement": ["action": "block"]], ["app_roles": ["1": ["primary_receiver"]]],
    ] as [JSON])
  func states(members: JSON) throws {
    #expect(try key(members) == key(members))
    #expect(try key(members) != key(members, timestamp: 1_700_000_009_999))
  }

  @Test("a message, its changes and its end are told apart by kind, the changes by number")
  func oneMid() throws {
    let events = try [
      ["message": ["mid": "m"]], ["message": ["mid": "m", "is_deleted": true]],
      ["message": ["mid": "m", "is_echo": true]], ["message": ["mid": "m", "is_echo": true, "is_deleted": true]],
      ["message_edit": ["mid": "m", "num_edit": 1]], ["message_edit": ["mid": "m", "num_edit": "2"]],
    ].map { (item: JSON) in try event(item) }
    #expect(events.map(\.name) == ["message", "unsent", "echo", "unsent", "message_edit", "message_edit"])
    #expect(events.map(\.key) == ["m", "m", "m", "m", "m:1", "m:2"])
  }

  @Test("known keys: what stands in the ledger must not change from one version to the next")
  func known() throws {
    let expected: [(JSON, String)] = [
      (["message": ["mid": "m_1"]], "m_1"), (["postback": ["mid": "m_1", "payload": "a"]], "m_1"),
      (["reaction": ["mid": "m_1", "action": "react", "emoji": "x"]], "m_1:react:U1:x"),
      (["reaction": ["mid": "m_1", "action": "unreact"]], "m_1:unreact:U1:"),
      (["message_edit": ["mid": "m_1", "num_edit": "3"]], "m_1:3"),
      (["delivery": ["mids": ["a", "b"], "watermark": 1_700_000_000]], "U1:1700000000000:a,b"),
      (["read": ["watermark": "1700000000123"]], "U1:1700000000123"),
    ]
    for (item, key) in expected { #expect(try self.key(item) == key) }
    // FNV-1a of {"referral":{"ref":"a"},"sender":{"id":"U1"}}: sorted, without the timestamp.
    let body = Fingerprint(of: #"{"referral":{"ref":"a"},"sender":{"id":"U1"}}"#.utf8)
    #expect(try key(["referral": ["ref": "a"]]) == "h:\(body)")
  }

  @Test("an entry that cannot be read is the same whenever it is sent")
  func entry() throws {
    let keys = try [1, 2].map { (time: JSON) in
      try Webhook.events(in: ["object": "page", "entry": [["id": "1", "time": time, "hologram": [1]]]]).map(\.key)
    }
    #expect(keys[0] == keys[1])
  }

  @Test("the order of members does not count, and ids as numbers equal ids as text")
  func order() throws {
    #expect(try key(["referral": ["a": 1, "b": 2]]) == key(["referral": ["b": 2, "a": 1]]))
    #expect(
      try key(["read": ["watermark": 1_700_000_000_000]], person: 5)
        == key(["read": ["watermark": 1_700_000_000_000]], person: "5"))
  }

  @Test("a key is short printable text, whatever the mid")
  func bounded() throws {
    #expect(try key(["message": ["mid": "m_1"]]) == "m_1")
    let long = try key(["message": ["mid": .string(String(repeating: "x", count: 3000))]])
    let nul = try key(["message": ["mid": "a\u{0}b"]])
    #expect(long.count == 34)
    #expect(nul.hasPrefix("h:"))
    #expect(long != nul)
  }

  @Test(
    "the fingerprint is FNV-1a with 128 bits",
    arguments: [
      ("", "6c62272e07bb014262b821756295c58d"), ("a", "d228cb696f1a8caf78912b704e4a8964"),
      ("foobar", "343e1662793c64bf6f0d3597ba446f18"),
    ])
  func fingerprint(text: String, expected: String) {
    #expect(Fingerprint(of: text.utf8).description == expected)
  }
}
