import ArgumentParser
import JobQueue
import Testing

@testable import CLI

@Suite("what is typed after `martlet queue`")
struct QueueParsingTests {
  private func refusal(_ arguments: String...) -> String {
    do {
      _ = try CommandLineTool.parseAsRoot(["queue"] + arguments)
      return ""
    } catch {
      return CommandLineTool.message(for: error)
    }
  }

  private func parsed<Command: ParsableCommand>(_ type: Command.Type, _ arguments: String...) throws -> Command {
    try #require(try CommandLineTool.parseAsRoot(["queue"] + arguments) as? Command)
  }

  @Test("every command is there and takes the database's address")
  func commands() throws {
    let url = ["--database-url", "postgresql://h/d"]
    let typed = [
      ["status"], ["status", "--queue", "send", "--json", "--watch", "2"], ["dead", "list"],
      ["dead", "show", "send", "7", "--payload"], ["dead", "retry", "--queue", "send", "--dry-run"],
      ["dead", "drop", "--all", "--limit", "5", "--json"], ["pause", "send", "--why", "token"], ["resume", "send"],
    ]
    for arguments in typed {
      #expect(throws: Never.self) { try CommandLineTool.parseAsRoot(["queue"] + arguments + url) }
    }
  }

  @Test("a filter comes out as it was typed")
  func filter() throws {
    let list = try parsed(
      DeadCommand.List.self, "dead", "list", "--queue", "send", "--id", "3", "--id", "4", "--page", "1", "--person",
      "p",
      "--kind", "message", "--older-than", "15m", "--newer-than", "2d", "--error", "#100")
    let filter = try list.filter.filter
    #expect(filter.queue == .send)
    #expect(filter.ids == [3, 4])
    #expect(filter.pageID == "1" && filter.person == "p" && filter.kind == "message" && filter.error == "#100")
    #expect(filter.olderThan == .seconds(900))
    #expect(filter.newerThan == .seconds(172_800))
    #expect(try parsed(DeadCommand.List.self, "dead", "list").filter.filter.isEmpty)
  }

  @Test("what changes all dead letters must be said")
  func all() {
    #expect(refusal("dead", "retry").contains("Say which: --queue"))
    #expect(refusal("dead", "drop", "--dry-run").contains("--all"))
    #expect(refusal("dead", "drop", "--all", "--page", "1").contains("contradict"))
    #expect(refusal("dead", "retry", "--all") == "")
  }

  @Test("what cannot be meant is refused with what can")
  func refusals() {
    #expect(refusal("status", "--queue", "sent").contains("'understand', 'identify', 'receipt' or 'send'"))
    #expect(refusal("status", "--watch", "0").contains("1 or more"))
    #expect(refusal("dead", "list", "--id", "4").contains("give --queue"))
    #expect(refusal("dead", "list", "--limit", "0").contains("1 to 1000000"))
    #expect(refusal("dead", "list", "--older-than", "soon").contains("90s, 15m, 2h or 3d"))
    #expect(refusal("dead", "list", "--older-than", "2h", "--newer-than", "1h").contains("smaller age"))
    #expect(refusal("pause") != "")
  }

  @Test(
    "an age is read in seconds, minutes, hours or days",
    arguments: [("90s", 90), ("15m", 900), ("2h", 7200), ("3d", 259_200), ("0s", 0)])
  func age(text: String, seconds: Int) throws {
    #expect(try Age(text).duration == .seconds(seconds))
  }

  @Test("anything else is no age", arguments: ["", "s", "5", "5w", "-1h", "1.5h", "9223372036854775807d"])
  func noAge(text: String) {
    #expect(throws: ValidationError.self) { try Age(text) }
  }

  @Test(
    "an age is told in two units at most",
    arguments: [
      (0.04, "0.0 s"), (9.94, "9.9 s"), (-3.0, "0.0 s"), (59.9, "59 s"), (60.0, "1 min"), (3599.0, "59 min 59 s"),
      (7500.0, "2 h 5 min"), (86_400.0, "1 d"), (273_600.0, "3 d 4 h"),
    ])
  func ageText(seconds: Double, text: String) {
    #expect(Age.text(.seconds(seconds)) == text)
  }
}
