import JSON
import Synchronization
import Testing

@testable import Simulator

@Suite("Load")
struct LoadTests {
  /// Answers "ping x" with "pong x, Ada", as often and in the order that `spoil` says.
  private static func echo(
    _ spoil: @escaping @Sendable (String) -> Int = { _ in 1 }
  ) -> ToyBot.Behaviour {
    { bot, post, _ in
      for event in post.events {
        guard let text = event["message"]?["text"]?.string, !event.isEcho, let psid = event["sender"]?["id"]?.string
        else { continue }
        for _ in 0..<spoil(text) { await bot.reply("pong \(text.dropFirst(5)), Ada", to: psid) }
      }
      return 200
    }
  }

  private func counts(_ report: JSON) -> [String: Int] {
    let names = ["messages", "acknowledged", "answered", "lost", "duplicated", "reordered", "webhook_retries"]
    return Dictionary(uniqueKeysWithValues: names.map { ($0, report[$0]?.int ?? -1) })
  }

  @Test("a faultless bot has a faultless report", arguments: ["closed", "open", "after_ack"])
  func faultless(_ mode: String) async throws {
    try await Site.run(bot: Self.echo()) { site in
      let report = try await site.control(
        "POST", "load",
        ["mode": .string(mode), "conversations": 7, "messages": 100, "rate": 2000, "settle_ms": 0, "prefix": "x"])
      #expect(report["mode"]?.string == mode)
      #expect(
        counts(report) == [
          "messages": 100, "acknowledged": 100, "answered": 100, "lost": 0, "duplicated": 0, "reordered": 0,
          "webhook_retries": 0,
        ])
      #expect((report["per_second"]?.double ?? 0) > 0)
      #expect((report["latency_ms"]?["p50"]?.double ?? 0) > 0)
      #expect(site.bot.events.contains { $0["sender"]?["id"]?.string == "x6" })
    }
  }

  @Test("lost and doubled answers are counted, and a closed conversation goes on after a lost one")
  func lossAndDoubles() async throws {
    let bot = Self.echo { text in
      switch text {
      case "ping c0-n1", "ping c2-n3": 0
      case "ping c1-n0": 3
      default: 1
      }
    }
    try await Site.run(bot: bot) { site in
      let report = try await site.control(
        "POST", "load", ["mode": "closed", "conversations": 3, "messages": 15, "drain_seconds": 1.5])
      #expect(
        counts(report) == [
          "messages": 15, "acknowledged": 15, "answered": 13, "lost": 2, "duplicated": 2, "reordered": 0,
          "webhook_retries": 0,
        ])
    }
  }

  @Test("swapped answers count as reordered")
  func swapped() async throws {
    let held = Mutex<String?>(nil)
    let bot: ToyBot.Behaviour = { bot, post, _ in
      guard let text = post.text else { return 200 }
      if text == "ping c0-n1" {
        held.withLock { $0 = "pong c0-n1, Ada" }
        return 200
      }
      await bot.reply("pong \(text.dropFirst(5)), Ada", to: "u0")
      if let late = held.withLock({ $0.take() }) { await bot.reply(late, to: "u0") }
      return 200
    }
    try await Site.run(bot: bot) { site in
      let report = try await site.control("POST", "load", ["mode": "after_ack", "conversations": 1, "messages": 5])
      #expect(report["reordered"]?.int == 1)
      #expect(report["lost"]?.int == 0)
      #expect(report["answered"]?.int == 5)
    }
  }

  @Test("webhooks that had to be repeated are counted, copies are not repeats")
  func retries() async throws {
    let bot: ToyBot.Behaviour = { bot, post, number in
      if number == 1 { return 500 }
      return await Self.echo()(bot, post, number)
    }
    try await Site.run(bot: bot) { site in
      try await site.control("PUT", "receipts", ["echoes": false, "deliveries": false, "reads": false])
      let report = try await site.control(
        "POST", "load", ["mode": "closed", "conversations": 1, "messages": 3, "copies": 2])
      #expect(report["webhook_retries"]?.int == 1)
      #expect(report["lost"]?.int == 0)
      #expect(report["duplicated"]?.int == 3)
    }
  }

  @Test("a load that makes no sense is refused")
  func refused() async throws {
    try await Site.run { site in
      for plan in [["mode": "open", "messages": 1], ["mode": "wild"]] as [JSON] {
        let refused = try await site.call("POST", "/control/load", plan)
        #expect(refused.status == 400)
      }
    }
  }
}
