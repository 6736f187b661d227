import Bots
import Foundation
import Scripting
import Testing

@Suite("A folder becomes a bot")
struct BotTests {
  private func folder(_ files: [String: String]) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bot-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for (name, text) in files {
      try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
    return folder.path
  }

  private func load(_ files: [String: String]) throws -> Bot {
    let path = try folder(files)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Bot.load(folder: path)
  }

  private func error(_ files: [String: String]) throws -> BotError {
    let path = try folder(files)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try #require(throws: BotError.self) { try Bot.load(folder: path) }
  }

  @Test("all its scripts count, other files and hidden ones do not")
  func scripts() throws {
    let bot = try load([
      "b.rive": "+ b\n- two", "a.rive": "+ a\n- one", "notes.txt": "nothing", ".hidden.rive": "broken",
    ])
    #expect(bot.reply(to: "a", variables: [:], seed: 0) == Reply(text: "one", rule: "a.rive:1 a"))
    #expect(bot.reply(to: "b", variables: [:], seed: 0).text == "two")
    #expect(bot.reply(to: "c", variables: [:], seed: 0) == Reply(text: Bot.defaultFallback, rule: "fallback"))
  }

  @Test("its own fallback is said when no rule matches")
  func fallback() throws {
    let bot = try load(["a.rive": "+ a\n- one", "fallback.txt": "\n Pardon?\nAgain, please. \n\n"])
    #expect(bot.fallback == " Pardon?\nAgain, please. ")
    #expect(try load(["a.rive": "+ a\n- one", "fallback.txt": " \n"]).fallback == Bot.defaultFallback)
  }

  @Test("the digest changes with a name or a byte, and only then")
  func digest() throws {
    let bot = try load(["a.rive": "+ a\n- one", "fallback.txt": "x"])
    #expect(bot.digest.count == 64)
    #expect(bot.digest == (try load(["a.rive": "+ a\n- one", "fallback.txt": "x", "README": "y"]).digest))
    #expect(bot.digest != (try load(["a.rive": "+ a\n- one", "fallback.txt": "y"]).digest))
    #expect(bot.digest != (try load(["a.rive": "+ a\n- one ", "fallback.txt": "x"]).digest))
    #expect(bot.digest != (try load(["b.rive": "+ a\n- one", "fallback.txt": "x"]).digest))
  }

  @Test("every failure names the file and what to do")
  func failures() throws {
    #expect(
      try error(["a.rive": "+ a\n- one", "b.rive": "+ b\n\n- <star>"]).description
        == "Loading the bot failed: b.rive:3: <star> has no wildcard to stand for: the trigger has 0. "
        + "Add a wildcard to the trigger, or take the tag away.")
    #expect(try error(["a.txt": ""]).description.contains("has no .rive file"))
    #expect(try error(["a.rive": "// nothing"]).code == .noRule)
    let missing = #expect(throws: BotError.self) { try Bot.load(folder: "/nowhere/bot") }
    #expect(missing?.code == .noFolder("/nowhere/bot"))
    let path = try folder([:])
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data([0x2B, 0x20, 0xFF]).write(to: URL(fileURLWithPath: "\(path)/a.rive"))
    let odd = #expect(throws: BotError.self) { try Bot.load(folder: path) }
    #expect(odd?.code == .notUTF8("\(path)/a.rive"))
  }
}

@Suite("The example bot talks")
struct HelloBotTests {
  private let bot: Bot

  init() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    bot = try Bot.load(folder: root.appendingPathComponent("Examples/HelloBot").path)
  }

  @Test(
    "it knows a few words",
    arguments: [
      ("ping c12-n3", "pong c12-n3, Ada"), ("Hi!", "Hi Ada!"), ("hey", "Hey Ada!"),
      ("My name is Grace.", "Nice to meet you, Grace!"), ("What's my name?", nil),
      ("what is my name", "Messenger tells me that you are Ada."),
    ])
  func words(text: String, expected: String?) {
    let reply = bot.reply(to: text, variables: ["_userFirstName": "Ada"], seed: 1)
    #expect(reply.text == expected ?? "I did not understand \"What's my name\". Write \"help\" to see what I can do.")
    #expect(reply.rule != "fallback")
  }

  @Test("it says hello by name, whatever the seed, and so reads the name", arguments: 0..<8 as Range<UInt64>)
  func hello(seed: UInt64) {
    #expect(bot.reply(to: "hello", variables: ["_userFirstName": "Ada"], seed: seed).text.hasPrefix("Hello Ada! "))
    #expect(bot.script.reads("_userFirstName"))
    #expect(bot.script.hasCatchAll)
  }
}
