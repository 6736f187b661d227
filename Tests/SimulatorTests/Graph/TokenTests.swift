import HTTPClient
import JSON
import Testing

@testable import Simulator

@Suite("Tokens and windows over the wire")
struct TokenTests {
  @Test(
    "a token that died says why, and a new one is good at once",
    arguments: [
      (.appRemoved, 458), (.checkpoint, 459), (.passwordChanged, 460), (.expired, 463), (.unconfirmed, 464),
      (.invalid, 467), (.roleLost, 492),
    ] as [(PageTokens.State, Int)])
  func states(_ state: PageTokens.State, _ subcode: Int) async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("PUT", "tokens", ["state": .string(state.rawValue)])
      let error = try await site.send("hi", to: "p1").json["error"]
      #expect(error?["code"]?.int == 190)
      #expect(error?["error_subcode"]?.int == subcode)
      #expect(try await site.send("hi", to: "p1", token: Site.otherToken).status == 200)
      try await site.control("PUT", "tokens", ["token": "new-token"])
      #expect(try await site.send("hi", to: "p1", token: "new-token").status == 200)
      #expect(try await site.send("hi", to: "p1").json["error"]?["code"]?.int == 190)
      #expect(try await site.control("GET", "ledger")["refusals"]?["190/\(subcode)"]?.int == 2)
    }
  }

  @Test("a window that closed 40 h ago opens when the person writes; a receipt does not open it")
  func window() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1", "wrote_ms_ago": JSON(40 * 3_600_000)])
      let error = try await site.send("hi", to: "p1").json["error"]
      #expect(error?["code"]?.int == 10)
      #expect(error?["error_subcode"]?.int == 2_018_278)
      try await site.control("POST", "say", ["psid": "p1", "event": ["read": ["watermark": 1]]])
      #expect(try await site.send("hi", to: "p1").status == 400)
      try await site.control("POST", "say", ["psid": "p1", "event": ["reaction": ["mid": "m_1", "action": "react"]]])
      #expect(site.bot.events.last?["reaction"]?["action"]?.string == "react")
      #expect(try await site.send("hi", to: "p1").status == 200)
      try await site.control("POST", "people", ["psid": "p2", "wrote_ms_ago": nil])
      #expect(try await site.send("hi", to: "p2").status == 400)
    }
  }

  @Test("a page's limits show as 613 and in its usage header, and another page does not feel them")
  func limits() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      try await site.control("PUT", "rates", ["page": "1001", "text_per_second": 1, "calls": 4])
      let headers = try await site.response(of: "hi", to: "p1")
      let usage = try JSON(parsing: headers.header("x-business-use-case-usage") ?? "")
      #expect(usage["1001"]?[0]?["call_count"]?.int == 25)
      try await site.control("PUT", "rates", ["page": "1001", "text_per_second": 0])
      #expect(try await site.send("hi", to: "p1").json["error"]?["code"]?.int == 613)
      #expect(try await site.send("hi", to: "p1", token: Site.otherToken).status == 200)
      try await site.control("PUT", "rates", ["page": "1001"])
      try await site.control("PUT", "usage", ["kind": "buc", "call_count": 100, "regain_minutes": 3])
      #expect(try await site.send("hi", to: "p1").json["error"]?["code"]?.int == 80006)
      try await site.control("PUT", "usage", ["kind": "buc"])
      #expect(try await site.send("hi", to: "p1").status == 200)
    }
  }
}
