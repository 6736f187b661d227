import Cryptography
import JSON
import Testing

@testable import Simulator

@Suite("Webhooks")
struct WebhookTests {
  @Test("what a person writes arrives signed, traced, in Meta's form")
  func delivered() async throws {
    try await Site.run { site in
      let said = try await site.control("POST", "say", ["psid": "p1", "text": "hi \"ä\"\n"])
      #expect(said["status_of_webhook"]?.int == 200)
      try await site.control("POST", "say", ["psid": "p1", "quick_reply": ["title": "Yes", "payload": "Y"]])
      try await site.control("POST", "say", ["psid": "p1", "postback": ["title": "Start", "payload": "GO"]])
      let posts = site.bot.posts
      for post in posts {
        #expect(WebhookSignature.verify(header: post.signature, body: post.body, secrets: [Site.secret]))
        #expect(post.json["object"]?.string == "page")
        #expect(post.json["entry"]?[0]?["id"]?.string == Site.page)
        #expect(post.events[0]["sender"]?["id"]?.string == "p1")
        #expect(post.events[0]["recipient"]?["id"]?.string == Site.page)
      }
      #expect(posts[0].events[0]["message"] == ["mid": said["mid"]!, "text": "hi \"ä\"\n"])
      #expect(posts[1].events[0]["message"]?["quick_reply"]?["payload"]?.string == "Y")
      #expect(posts[1].events[0]["message"]?["text"]?.string == "Yes")
      #expect(posts[2].events[0]["postback"]?["payload"]?.string == "GO")
      #expect(Set(posts.map(\.traceparent)).count == 3)
    }
  }

  @Test("a webhook is sent again until 200, and a person's next one waits for it")
  func retried() async throws {
    let bot: ToyBot.Behaviour = { _, _, number in number <= 2 ? 503 : 200 }
    try await Site.run(bot: bot) { site in
      let first = try await site.control("POST", "say", ["psid": "p1", "text": "one"])
      #expect(first["status_of_webhook"]?.int == 503)
      try await site.control("POST", "say", ["psid": "p1", "text": "two"])
      #expect(site.bot.posts.map(\.text) == ["one", "one", "one", "two"])
      #expect(Set(site.bot.posts.prefix(3).map { $0.events[0]["message"] }).count == 1)
      #expect(Set(site.bot.posts.prefix(3).map(\.traceparent)).count == 1)
      let calls = try await site.control("GET", "ledger")["calls"]?["webhook"]
      #expect(calls == ["200": 2, "503": 2])
    }
  }

  @Test("one person's trouble does not hold up another")
  func independentPeople() async throws {
    let bot: ToyBot.Behaviour = { _, post, _ in post.text == "stuck" ? 500 : 200 }
    try await Site.run(bot: bot) { site in
      try await site.control("POST", "say", ["psid": "p1", "text": "stuck"])
      let other = try await site.control("POST", "say", ["psid": "p2", "text": "fine"])
      #expect(other["status_of_webhook"]?.int == 200)
    }
  }

  @Test("who waits gets the first reply with its latency, or none when none comes")
  func waits() async throws {
    let bot: ToyBot.Behaviour = { bot, post, _ in
      if let text = post.text, text != "quiet" { await bot.reply("you said \(text)", to: "p1") }
      return 200
    }
    try await Site.run(bot: bot) { site in
      let said = try await site.control("POST", "say", ["psid": "p1", "text": "hi", "wait_ms": 20_000])
      #expect(said["reply"]?["text"]?.string == "you said hi")
      #expect((said["latency_ms"]?.double ?? 0) > 0)
      let quiet = try await site.control("POST", "say", ["psid": "p1", "text": "quiet", "wait_ms": 50])
      #expect(quiet["reply"] == nil)
    }
  }

  @Test("an accepted message comes back as echo, delivery and read")
  func receipts() async throws {
    try await Site.run { site in
      try await site.control("POST", "people", ["psid": "p1"])
      let mid = try await site.send("hi", to: "p1", metadata: "job-7").json["message_id"]!
      try await site.bot.has { $0.flatMap(\.events).count == 3 }
      let events = site.bot.events
      #expect(
        events[0]["message"]
          == ["mid": mid, "is_echo": true, "app_id": 42, "text": "hi", "metadata": "job-7"])
      #expect(events[0]["sender"]?["id"]?.string == Site.page)
      #expect(events[0]["recipient"]?["id"]?.string == "p1")
      #expect(events[1]["delivery"]?["mids"] == [mid])
      #expect(events[2]["read"]?["watermark"]?.int64 != nil)
    }
  }

  @Test("receipts that come up while a POST is under way go together, and all of them in order")
  func coalesced() async throws {
    let release = Signal<Void>()
    let bot: ToyBot.Behaviour = { _, _, number in
      if number == 1 { try? await release.value }
      return 200
    }
    // However long the 250 take, the first POST is not given up and made again.
    try await Site.run(bot: bot, environment: ["MARTLET_SIMULATOR_ANSWER_SECONDS": "60"]) { site in
      try await site.control("PUT", "receipts", ["deliveries": false, "reads": false])
      try await site.control("POST", "people", ["psid": "p1"])
      _ = try await site.send("m0", to: "p1")
      try await site.bot.has { $0.count == 1 }
      for number in 1...250 { _ = try await site.send("m\(number)", to: "p1") }
      release.set(())
      try await site.bot.has { $0.flatMap(\.events).count == 251 }
      #expect(site.bot.posts.map(\.events.count) == [1, 200, 50])
      #expect(site.bot.events.map { $0["message"]?["text"]?.string } == (0...250).map { "m\($0)" })
    }
  }
}
