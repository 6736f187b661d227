import JSON
import Testing

@testable import PageProfile

@Suite("profile.yaml")
struct ProfileFileTests {
  static let whole = """
    get_started: {payload: start}
    greeting:
      de_DE: Hallo {{user_first_name}}!
      default: Hello!
    persistent_menu:
      default:
        composer_input_disabled: true
        items:
          - {title: Vans, payload: VANS}
          - title: Map
            url: https://fleet.example/map
            webview_height_ratio: full
            messenger_extensions: true
            fallback_url: https://fleet.example
      en_GB:
        - {title: Lorries, payload: 7}
    ice_breakers:
      default:
        - {question: Where?, payload: WHERE}
    commands:
      default:
        - {name: vans, description: all of them}
    whitelisted_domains: [https://Fleet.example/, https://a.example:8443]
    account_linking_url: https://fleet.example/link
    """

  static func findings(_ text: String) -> [FileFinding] {
    do throws(FileErrors) {
      _ = try PageProfile(yaml: text)
      return []
    } catch {
      return error.findings
    }
  }

  @Test("each property becomes what Meta takes")
  func form() throws {
    let profile = try PageProfile(yaml: Self.whole)
    let menu: JSON = [
      [
        "locale": "default", "composer_input_disabled": true,
        "call_to_actions": [
          ["type": "postback", "title": "Vans", "payload": "VANS"],
          [
            "type": "web_url", "title": "Map", "url": "https://fleet.example/map", "messenger_extensions": true,
            "fallback_url": "https://fleet.example",
          ],
        ],
      ],
      [
        "locale": "en_GB", "composer_input_disabled": false,
        "call_to_actions": [["type": "postback", "title": "Lorries", "payload": "7"]],
      ],
    ]
    #expect(profile[.getStarted] == .set(["payload": "start"]))
    #expect(
      profile[.greeting]
        == .set([
          ["locale": "default", "text": "Hello!"], ["locale": "de_DE", "text": "Hallo {{user_first_name}}!"],
        ]))
    #expect(profile[.persistentMenu] == .set(menu))
    #expect(
      profile[.iceBreakers]
        == .set([["locale": "default", "call_to_actions": [["question": "Where?", "payload": "WHERE"]]]]))
    #expect(
      profile[.commands]
        == .set([["locale": "default", "commands": [["name": "vans", "description": "all of them"]]]]))
    #expect(profile[.whitelistedDomains] == .set(["https://a.example:8443", "https://fleet.example"]))
    #expect(profile[.accountLinkingURL] == .set("https://fleet.example/link"))
  }

  @Test("what is not named is nobody's business; none takes away; an empty line is a mistake, not a removal")
  func absence() throws {
    let profile = try PageProfile(yaml: "get_started: go\ncommands: none")
    #expect(profile[.commands] == .removed)
    #expect(profile[.greeting] == nil)
    #expect(Self.findings("commands:").map(\.problem) == [.notA("a mapping of names to values")])
    #expect(Self.findings("account_linking_url:").map(\.problem) == [.notA("a text")])
  }

  @Test("an error names file, line, field, limit and how much there was, and what to do")
  func words() throws {
    let text = """
      persistent_menu:
        default:
          - title: \(String(repeating: "x", count: 31))
            payload: A
      """
    let finding = try #require(Self.findings(text).first)
    #expect(finding.file == "profile.yaml")
    #expect(finding.line == 3)
    #expect(finding.field == "persistent_menu.default[0].title")
    #expect(finding.limit == 30)
    #expect(finding.value == 31)
    #expect(
      finding.description == """
        profile.yaml:3: persistent_menu.default[0].title has 31 characters, and Meta takes no more than 30 \
        (Meta, Messenger Profile API, persistent menu). Shorten it.
        """)
  }

  @Test("all mistakes of a file are told at once, and none of its texts")
  func allAtOnce() {
    let found = Self.findings(
      """
      greeting:
        de_de: secret words
      persistent_menu:
        default:
          - {title: A, payload: B, url: https://a.example}
          - {title: A}
          - {title: A, payload: B, fallback_url: https://a.example}
          - {title: A, url: ftp://a.example}
      get_started: none
      commands: {default: [{name: /go, description: d}]}
      whitelisted_domains: [http://a.example, https://10.0.0.1, https://localhost, https://a.example/path]
      account_linking_url: http://a.example
      menu: {}
      """)
    #expect(
      Set(found.map { "\($0.line ?? 0) \($0.field)" }) == [
        "2 greeting", "2 greeting.de_de", "5 persistent_menu.default[0].url", "6 persistent_menu.default[1]",
        "7 persistent_menu.default[2].fallback_url", "8 persistent_menu.default[3].url", "0 persistent_menu",
        "10 commands.default[0].name", "11 whitelisted_domains[0]", "11 whitelisted_domains[1]",
        "11 whitelisted_domains[2]", "11 whitelisted_domains[3]", "12 account_linking_url", "13 menu",
      ])
    #expect(!found.map(\.description).joined().contains("secret"))
  }

  @Test("what is no YAML is told with its line", arguments: ["a: b: c", "get_started: [", "a: 1\na: 2", ""])
  func noYAML(text: String) {
    #expect(Self.findings(text).count == 1)
  }
}
