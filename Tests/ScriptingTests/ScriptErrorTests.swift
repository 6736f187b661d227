import Scripting
import Testing

@Suite("A script is read whole or refused with its line")
struct ScriptErrorTests {
  @Test("comments, versions, blank lines and continuations")
  func layout() throws {
    let lines = [
      "\u{FEFF}! version=2.00", "// c", "", "  + good", "^   morning   // trailing",
      "- see https://x.example/a // b",
      #"^ \s1 \< 2\n"#, "^ end",
    ]
    for lineEnd in ["\n", "\r\n"] {
      let script = try Script(parsing: lines.joined(separator: lineEnd), file: "a.rive")
      let reply = script.reply(to: "good morning", variables: [:], seed: 0)
      #expect(reply?.text == "see https://x.example/a 1 < 2\nend")
      #expect(reply?.rule == "a.rive:4 good morning")
    }
  }

  @Test(
    "whatever cannot be kept is refused",
    arguments: [
      ("- hi", ScriptError.Code.orphan, 1), ("^ hi", .orphan, 1), ("+ hi\n\n+ ho\n- x", .noReply, 1),
      ("+ hi", .noReply, 1), ("+ ?!\n- x", .emptyTrigger, 1), ("+ hi\n-", .emptyReply, 2),
      ("+ hi\n- a\n+ HI!\n- b", .repeatedTrigger, 3), ("hello", .unknownCommand, 1), ("+ a\n- b\n% c", .unsupported, 3),
      ("> begin", .unsupported, 1), ("! var name = x", .unsupported, 1), ("! version = 3", .version, 1),
      ("+ (a|b)\n- x", .unsupported, 1), ("+ [*] a [*]\n- x", .unsupported, 1), ("+ ping*\n- x", .wildcard, 1),
      ("+ hi\n- a\n- <star>", .star, 3), ("+ * *\n- <star3>", .star, 2), ("+ hi\n- <set a=b>", .tag, 2),
      ("+ hi\n- <get name", .tag, 2), ("+ hi\n- {random}a b{/random}", .unsupported, 2), (#"+ hi\#n- a\x"#, .tag, 2),
    ])
  func refused(text: String, code: ScriptError.Code, line: Int) {
    let error = #expect(throws: ScriptError.self) { try Script(parsing: text, file: "a.rive") }
    #expect(error?.code == code)
    #expect(error?.line == line)
    #expect(error?.description.hasPrefix("a.rive:\(line): ") == true)
    #expect(error?.remedy.isEmpty == false)
  }

  @Test("two files make one script, and an error names the right one")
  func files() throws {
    let one = Script.Source(text: "+ a\n- one", file: "one.rive")
    let two = Script.Source(text: "+ b\n- two", file: "two.rive")
    let script = try Script(parsing: [one, two])
    #expect(script.reply(to: "b", variables: [:], seed: 0)?.rule == "two.rive:1 b")
    let again = Script.Source(text: "// c\n+ A\n- two", file: "two.rive")
    let error = #expect(throws: ScriptError.self) { try Script(parsing: [one, again]) }
    #expect(
      error?.description == #"two.rive:2: the trigger "a" already stands at one.rive:1. "#
        + "Put both replies under one trigger, or change one of them.")
  }

  @Test("signs that look like tags are only text")
  func signs() throws {
    let script = try Script(parsing: "+ hi\n" + ##"- <3 {} 1 < 2 > 0 \{a} \\ \/ \#"##, file: "a.rive")
    #expect(script.reply(to: "hi", variables: [:], seed: 0)?.text == ##"<3 {} 1 < 2 > 0 {a} \ / #"##)
  }

  @Test("a payload's underscores are no wildcards")
  func payloads() throws {
    let script = try Script(parsing: "+ GET_STARTED\n- Welcome", file: "a.rive")
    #expect(script.reply(to: "get_started", variables: [:], seed: 0)?.text == "Welcome")
  }
}
