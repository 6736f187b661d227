import HTTPClient
import JSON
import Testing

@testable import Simulator

@Suite("The chat page")
struct ChatTests {
  @Test("the page is one file that loads nothing from elsewhere")
  func page() async throws {
    try await Site.run { site in
      let response = try await site.client.send(HTTPClientRequest(url: site.url + "/"))
      #expect(response.status == 200)
      #expect(response.header("content-type") == "text/html; charset=utf-8")
      #expect(response.header("content-security-policy")?.hasPrefix("default-src 'none'") == true)
      for outside in ["src=\"", "href=\"http", "url(http", "@import"] { #expect(!response.text.contains(outside)) }
    }
  }

  @Test("a message from the page reaches the bot with the first name at hand")
  func message() async throws {
    try await Site.run { site in
      let sent = try await site.call(
        "POST", "/chat/messages", ["psid": "c1", "first_name": "Grace", "text": "hi"])
      #expect(sent.status == 202)
      #expect(sent.json["status_of_webhook"]?.int == 200)
      #expect(site.bot.posts[0].text == "hi")
      let profile = try await site.call("GET", "/v26.0/c1?fields=first_name", token: Site.token).json
      #expect(profile["first_name"]?.string == "Grace")
      #expect(try await site.call("POST", "/chat/messages", ["psid": "c1"]).status == 400)
    }
  }

  @Test("an open page sees what both sides do, in order; one opened later sees the lines so far")
  func feed() async {
    let board = ReplyBoard()
    let feed = ChatFeed(replies: board)
    let first = feed.open("c1")
    feed.wrote(.text("hi"), mid: "m1", psid: "c1")
    board.post(.senderAction("typing_on"), to: "c1")
    board.post(.message(mid: "m2", body: ["text": "hello"]), to: "c1")
    board.post(.message(mid: "m3", body: ["text": "not yours"]), to: "c2")
    feed.close("c1", first.id)
    var kinds: [String?] = []
    for await event in first.events { kinds.append(event["kind"]?.string) }
    #expect(kinds == ["own", "action", "page"])
    #expect(feed.open("c1").past.map { $0["mid"]?.string } == ["m1", "m2"])
  }
}
