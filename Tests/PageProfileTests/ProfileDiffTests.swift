import JSON
import Testing

@testable import PageProfile

@Suite("What differs between a file and Meta")
struct ProfileDiffTests {
  private func profile(_ text: String) throws -> PageProfile { try PageProfile(yaml: text) }

  @Test("what Meta answers in another order, with its defaults and in the older form is no difference")
  func sameThing() throws {
    let answer: JSON = [
      "get_started": ["payload": "start"],
      "greeting": [
        ["locale": "de_DE", "text": "Hallo {{user_first_name}}!"], ["text": "Hello!", "locale": "default"],
      ],
      "persistent_menu": [
        [
          "locale": "en_GB",
          "call_to_actions": [["payload": "7", "title": "Lorries", "type": "postback"]],
        ],
        [
          "locale": "default", "composer_input_disabled": true,
          "call_to_actions": [
            ["type": "postback", "title": "Vans", "payload": "VANS"],
            [
              "type": "web_url", "title": "Map", "url": "https://fleet.example/map", "webview_height_ratio": "full",
              "messenger_extensions": true, "fallback_url": "https://fleet.example", "webview_share_button": "show",
            ],
          ],
        ],
      ],
      "ice_breakers": [["question": "Where?", "payload": "WHERE"]],
      "commands": [["locale": "default", "commands": [["name": "vans", "description": "all of them"]]]],
      "whitelisted_domains": ["https://fleet.example/", "https://a.example:8443"],
      "account_linking_url": "https://fleet.example/link",
    ]
    let diff = ProfileDiff(try profile(ProfileFileTests.whole), against: answer)
    #expect(diff.changes.map(\.property) == [])
    #expect(diff.body == nil)
  }

  @Test("only what differs is sent, and what the file does not name is left alone")
  func onlyTheRest() throws {
    let diff = ProfileDiff(
      try profile("get_started: new\ngreeting: {default: Hello}\ncommands: none\nice_breakers: none"),
      against: [
        "get_started": ["payload": "old"], "greeting": [["locale": "default", "text": "Hello"]],
        "commands": [["locale": "default", "commands": [["name": "a", "description": "b"]]]],
        "account_linking_url": "https://a.example", "whitelisted_domains": [],
      ])
    #expect(diff.changes.map(\.property) == [.getStarted, .commands])
    #expect(diff.body == ["get_started": ["payload": "new"]])
    #expect(diff.removed == [.commands])
    #expect(diff.unmanaged == [.accountLinkingURL])
    #expect(diff.obstacle == nil)
  }

  @Test("what is not known here is a difference, never taken for the same")
  func foreign() throws {
    let nested: JSON = [
      ["locale": "default", "call_to_actions": [["type": "nested", "title": "More", "call_to_actions": []]]]
    ]
    let answer: JSON = ["get_started": ["payload": "a"], "persistent_menu": nested]
    let diff = ProfileDiff(
      try profile("get_started: a\npersistent_menu: {default: [{title: A, payload: B}]}"), against: answer)
    #expect(diff.changes.map(\.property) == [.persistentMenu])
    #expect(diff.changes.first?.isForeign == true)
    #expect(ProfileWriter.file(of: answer).foreign == [.persistentMenu])
  }

  @Test("a menu without Get Started is told before Meta refuses it")
  func obstacles() throws {
    let menu = "persistent_menu: {default: [{title: A, payload: B}]}"
    let atMeta: JSON = [
      "get_started": ["payload": "a"],
      "persistent_menu": [
        ["locale": "default", "call_to_actions": [["type": "postback", "title": "A", "payload": "B"]]]
      ],
    ]
    #expect(ProfileDiff(try profile(menu), against: [:]).obstacle != nil)
    #expect(ProfileDiff(try profile(menu), against: ["get_started": ["payload": "a"]]).obstacle == nil)
    #expect(ProfileDiff(try profile("get_started: none"), against: atMeta).obstacle != nil)
    #expect(ProfileDiff(try profile("get_started: none\npersistent_menu: none"), against: atMeta).obstacle == nil)
  }

  @Test("what pull writes reads back as the same, whatever the words look like")
  func pulled() throws {
    let words = [
      "yes", "none", "3", "null", "~", "a: b", "- x", "\"", "two\nlines", "#", "{{user_first_name}}", "😀", " a ",
    ]
    for word in words {
      let answer: JSON = [
        "get_started": ["payload": .string(word)],
        "greeting": [["locale": "default", "text": .string(word)], ["locale": "de_DE", "text": "b"]],
        "persistent_menu": [
          [
            "locale": "default", "composer_input_disabled": true,
            "call_to_actions": [["type": "postback", "title": .string(word), "payload": .string(word)]],
          ]
        ],
        "whitelisted_domains": ["https://a.example"],
      ]
      let file = ProfileWriter.file(of: answer)
      #expect(file.foreign.isEmpty)
      let diff = ProfileDiff(try profile(file.text), against: answer)
      #expect(diff.isEmpty && diff.unmanaged.isEmpty, "\(file.text)")
    }
    #expect(ProfileWriter.file(of: [:]).text == "{}\n")
    #expect(try profile("{}").wishes.isEmpty)
  }

  @Test("a difference is shown by its lines")
  func lines() {
    #expect(
      LineDiff.lines(from: ["a", "b", "c", "d"], to: ["a", "b", "x", "d"]) == ["  b", "- c", "+ x", "  d"])
    #expect(LineDiff.lines(from: [], to: ["a"]) == ["+ a"])
    #expect(LineDiff.lines(from: ["a"], to: ["a"]).isEmpty)
  }
}
