import JSON
import Testing

@testable import Simulator

@Suite("What a page sets up at Meta")
struct PageSideTests {
  private static let template: JSON = [
    "name": "left_home", "language": "en", "category": "UTILITY",
    "components": [["type": "BODY", "text": "{{1}} left home at {{2}}."]],
  ]

  private static func utility(_ parameters: [String], to psid: String = "p1") -> JSON {
    [
      "recipient": ["id": .string(psid)], "messaging_type": "UTILITY",
      "message": [
        "template": [
          "name": "left_home", "language": ["code": "en"],
          "components": [
            [
              "type": "body", "parameters": .array(parameters.map { ["type": "text", "text": .string($0)] }),
            ]
          ],
        ]
      ],
    ]
  }

  @Test("a template is sent once its review approved it, with its parameters, long after the window")
  func review() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1", "wrote_ms_ago": JSON(40 * 3_600_000)])
      try await site.control("PUT", "pages", ["review": "by_hand"])
      let made = try await site.post("message_templates", Self.template)
      #expect(made.json["status"]?.string == "PENDING")
      #expect(try await site.post("messages", Self.utility(["Car", "3:00"])).status == 400)
      try await site.control("POST", "review", ["name": "left_home", "status": "APPROVED"])
      try await site.bot.has { !$0.isEmpty }
      let change = site.bot.posts[0].json["entry"]?[0]?["changes"]?[0]
      #expect(change?["field"]?.string == "message_template_status_update")
      #expect(change?["value"]?["event"]?.string == "APPROVED")
      #expect(try await site.post("messages", Self.utility(["Car", "3:00"])).status == 200)
      #expect(try await site.post("messages", Self.utility(["Car"])).status == 400)
      #expect(try await site.get("me/message_templates").json["data"]?[0]?["status"]?.string == "APPROVED")
      #expect(try await site.post("message_templates", Self.template).status == 400)
      let gone = try await site.call("DELETE", "/v26.0/me/message_templates?name=left_home", token: Site.token)
      #expect(gone.json == ["success": true])
      #expect(try await site.post("messages", Self.utility(["Car", "3:00"])).status == 400)
    }
  }

  @Test("a template is approved at once unless reviews are by hand; a missing permission refuses it")
  func atOnce() async throws {
    try await Site.run { site in
      _ = try await site.post("message_templates", Self.template)
      try await site.control("POST", "people", ["psid": "p1"])
      #expect(try await site.post("messages", Self.utility(["Car", "3:00"])).status == 200)
      try await site.control("PUT", "pages", ["lacks": ["page_utility_messaging"]])
      let refused = try await site.post("messages", Self.utility(["Car", "3:00"]))
      #expect(refused.json["error"]?["code"]?.int == 10)
    }
  }

  @Test("the profile keeps what is set, in Meta's limits, ten calls in ten minutes")
  func profile() async throws {
    try await Site.run { site in
      let menu: JSON = [
        [
          "locale": "default",
          "call_to_actions": [["type": "postback", "title": "Help", "payload": "HELP"]],
        ]
      ]
      #expect(try await site.post("messenger_profile", ["persistent_menu": menu]).status == 400)
      let set = try await site.post(
        "messenger_profile", ["get_started": ["payload": "GO"], "persistent_menu": menu])
      #expect(set.json == ["result": "success"])
      let got = try await site.get("me/messenger_profile?fields=get_started,greeting,persistent_menu").json
      #expect(got["data"]?[0] == ["get_started": ["payload": "GO"], "persistent_menu": menu])
      let removal: JSON = ["fields": ["persistent_menu"]]
      _ = try await site.call("DELETE", "/v26.0/me/messenger_profile", removal, token: Site.token)
      #expect(try await site.get("me/messenger_profile?fields=persistent_menu").json["data"] == [])
      var codes: [Int?] = []
      for _ in 1...6 { codes.append(try await site.get("me/messenger_profile").json["error"]?["code"]?.int) }
      #expect(codes == [nil, nil, nil, nil, nil, 613])
    }
  }

  @Test(
    "a profile that breaks a limit is refused",
    arguments: [
      ["greeting": [["locale": "en_US", "text": "hi"]]],
      ["greeting": [["locale": "default", "text": .string(String(repeating: "a", count: 161))]]],
      ["get_started": ["payload": ""]],
      ["ice_breakers": .array(Array(repeating: ["question": "q", "payload": "p"], count: 5))],
      ["commands": [["locale": "default", "commands": [["name": "/go", "description": "d"]]]]],
      ["whitelisted_domains": ["http://a.example"]], ["whitelisted_domains": ["https://127.0.0.1"]],
      ["account_linking_url": "http://a.example"], ["home_url": ["url": "https://a.example"]],
    ] as [JSON])
  func profileLimits(_ settings: JSON) {
    #expect(throws: GraphError.self) { try ProfileSettings().set(settings, page: "1") }
  }
}
