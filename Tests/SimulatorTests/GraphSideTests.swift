import JSON
import Testing

@testable import Simulator

@Suite("The Graph side")
struct GraphSideTests {
  @Test("a wrong token gets 190, no token 2500, another page's node 10")
  func tokens() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let wrong = try await site.send("hi", to: "p1", token: "nonsense")
      #expect(wrong.status == 400)
      #expect(wrong.json["error"]?["code"]?.int == 190)
      #expect(wrong.json["error"]?["type"]?.string == "OAuthException")
      #expect(wrong.json["error"]?["fbtrace_id"]?.string != nil)
      #expect(try await site.call("POST", "/v26.0/me/messages", [:]).json["error"]?["code"]?.int == 2500)
      let other = try await site.call("POST", "/v26.0/9/messages", [:], token: Site.token)
      #expect(other.json["error"]?["code"]?.int == 10)
      #expect(try await site.texts().isEmpty)
    }
  }

  @Test("a message to a known person is accepted under any version and stands in the ledger")
  func accepted() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let sent = try await site.send("hi ä", to: "p1", metadata: "job-7")
      #expect(sent.status == 200)
      #expect(sent.json["recipient_id"]?.string == "p1")
      let body: JSON = ["recipient": ["id": "p1"], "messaging_type": "RESPONSE", "message": ["text": "again"]]
      let again = try await site.call("POST", "/v19.0/\(Site.page)/messages?access_token=\(Site.token)", body)
      #expect(again.status == 200)
      #expect(again.json["message_id"] != sent.json["message_id"])

      let ledger = try await site.control("GET", "ledger")
      let first = ledger["messages"]?[0]
      #expect(first?["n"]?.int == 1)
      #expect(first?["text"]?.string == "hi ä")
      #expect(first?["metadata"]?.string == "job-7")
      #expect(first?["messaging_type"]?.string == "RESPONSE")
      #expect(first?["mid"] == sent.json["message_id"])
      #expect(ledger["calls"]?["messages"]?["200"]?.int == 2)
      #expect(try await site.control("GET", "ledger?after=1")["messages"]?.array?.count == 1)
      try await site.control("DELETE", "ledger")
      #expect(try await site.texts().isEmpty)
    }
  }

  @Test("an unknown person gets 100/2018001 until they are introduced or write")
  func unknownPerson() async throws {
    try await Site.run { site in
      let error = try await site.send("hi", to: "p9").json["error"]
      #expect(error?["code"]?.int == 100)
      #expect(error?["error_subcode"]?.int == 2_018_001)
      try await site.control("POST", "say", ["psid": "p9", "text": "hello"])
      #expect(try await site.send("hi", to: "p9").status == 200)
    }
  }

  @Test("a profile has the fields asked for; a generated name stays the same")
  func profile() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1", "first_name": "Grace", "last_name": "Hopper"])
      let profile = try await site.call("GET", "/v26.0/p1?fields=first_name,name", token: Site.token).json
      #expect(profile == ["first_name": "Grace", "name": "Grace Hopper", "id": "p1"])
      try await site.control("POST", "say", ["psid": "p2", "text": "hello"])
      let generated = try await site.call("GET", "/v26.0/p2", token: Site.token).json
      #expect(generated["first_name"]?.string == Person(psid: "p2").firstName)
      #expect(generated["last_name"] != nil && generated["profile_pic"] != nil)
      let unknown = try await site.call("GET", "/v26.0/p3", token: Site.token).json
      #expect(unknown["error"]?["error_subcode"]?.int == 2_018_001)
    }
  }

  @Test("a page can be subscribed and says who it is")
  func page() async throws {
    try await Site.run { site in
      let subscribed = try await site.call("POST", "/v26.0/\(Site.page)/subscribed_apps", [:], token: Site.token)
      #expect(subscribed.json == ["success": true])
      let apps = try await site.call("GET", "/v26.0/me/subscribed_apps", token: Site.token).json
      #expect(apps["data"]?[0]?["id"]?.string == "42")
      let me = try await site.call("GET", "/v26.0/me?fields=name", token: Site.token).json
      #expect(me == ["name": "Shop", "id": "1001"])
    }
  }

  @Test("the ledger keeps no more than its setting says")
  func boundedLedger() async throws {
    try await Site.run(environment: ["MARTLET_SIMULATOR_LEDGER": "3"]) { site in
      try await site.control("POST", "people", ["psid": "p1"])
      for number in 1...5 { _ = try await site.send("m\(number)", to: "p1") }
      #expect(try await site.texts() == ["m3", "m4", "m5"])
    }
  }
}
