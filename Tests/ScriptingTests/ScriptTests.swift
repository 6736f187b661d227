import Scripting
import Testing

@Suite("A script answers")
struct ScriptTests {
  private func reply(
    _ text: String, to script: String, variables: [String: String] = [:], seed: UInt64 = 0
  ) throws -> Reply? {
    try Script(parsing: script, file: "a.rive").reply(to: text, variables: variables, seed: seed)
  }

  @Test("a wildcard captures the person's own spelling, and a variable is filled in")
  func ping() throws {
    let script = "+ ping *\n- pong <star>, <get _userFirstName>\n"
    let reply = try reply("ping c12-n3", to: script, variables: ["_userFirstName": "Ada"])
    #expect(reply?.text == "pong c12-n3, Ada")
    #expect(reply?.rule == "a.rive:1 ping *")
    #expect(reply?.variablesRead == ["_userFirstName"])
  }

  @Test(
    "case, spaces and punctuation do not count",
    arguments: ["hello bot", "  HELLO,   Bot!! ", "hello... bot?", "¡hello “bot”", "hel-lo bot", "hello\nbot -"])
  func normalized(text: String) throws {
    #expect(try reply(text, to: "+ Hello bot!\n- hi")?.text == "hi")
    #expect(try reply(text, to: "+ hello\n- hi") == nil)
  }

  @Test(
    "captures keep what stands inside and lose the punctuation around",
    arguments: [
      ("my name is Ada!", "Ada"), ("My name is  Ada  B. Lovelace?", "Ada  B. Lovelace"), ("my name is “Æ-ø”", "Æ-ø"),
      ("my name is C++", "C++"), ("my name is #5", "#5"), ("my name is 😀", "😀"),
      ("my name is <get secret>", "<get secret>"),
    ])
  func captures(text: String, captured: String) throws {
    let reply = try reply(text, to: "+ my name is *\n- <star>", variables: ["secret": "x"])
    #expect(reply?.text == captured)
  }

  @Test("several wildcards are numbered from the left, each as short as may be")
  func several() throws {
    let script = "+ * from * to *\n- <star1>/<star2>/<star3>"
    #expect(try reply("fly me from A to B to C", to: script)?.text == "fly me/A/B to C")
    #expect(try reply("from A to B", to: script) == nil)
  }

  @Test(
    "# takes a number and _ a word without digits",
    arguments: [("roll 12 dice", "12"), ("roll 3.5 dice", "3.5"), ("roll two dice", "two"), ("roll x2 dice", nil)])
  func kinds(text: String, expected: String?) throws {
    let script = "+ roll # dice\n- number <star>\n+ roll _ dice\n- word <star>"
    let kind = expected?.first?.isNumber == true ? "number" : "word"
    #expect(try reply(text, to: script)?.text == expected.map { "\(kind) \($0)" })
  }

  @Test(
    "the most specific trigger answers, wherever it stands",
    arguments: [
      ("what is up", "atomic"), ("what is this", "word"), ("what is 7", "number"), ("what is all this", "two words"),
      ("what on earth", "one word"), ("something else", "catch all"), ("what x y z", "one word"),
      ("tell what is", "behind"),
    ])
  func best(text: String, expected: String) throws {
    let script = """
      + *
      - catch all
      + what *
      - one word
      + * what is
      - behind
      + what is *
      - two words
      + what is _
      - word
      + what is #
      - number
      + what is up
      - atomic
      """
    #expect(try reply(text, to: script)?.text == expected)
  }

  @Test("one word is closer than any words, then fewer wildcards come first, then the earlier line")
  func ties() throws {
    #expect(try reply("a x b", to: "+ a *\n- any\n+ a _ _\n- two words")?.text == "two words")
    #expect(try reply("a x b", to: "+ a * *\n- two\n+ a *\n- one")?.text == "one")
    #expect(try reply("a b", to: "+ a *\n- first\n+ * b\n- second")?.text == "first")
  }

  @Test("a catch-all also answers what holds no word", arguments: ["?!", " ", "", "..."])
  func wordless(text: String) throws {
    #expect(try reply(text, to: "+ *\n- say: <star>")?.text == "say: \(text.filter { $0 != " " })")
    #expect(try reply(text, to: "+ a *\n- never") == nil)
  }

  @Test("of several replies the seed picks one, each of them in its turn")
  func seeds() throws {
    let script = "+ hi\n- one\n- two\n- three"
    let texts = try (0..<300).map { try #require(try reply("hi", to: script, seed: $0)?.text) }
    #expect(texts == (try (0..<300).map { try #require(try reply("hi", to: script, seed: $0)?.text) }))
    for text in ["one", "two", "three"] { #expect(texts.count { $0 == text } > 60) }
  }

  @Test("a variable that is not set reads undefined")
  func undefined() throws {
    #expect(try reply("hi", to: "+ hi\n- Hi <get name>!")?.text == "Hi undefined!")
  }

  @Test("a script knows which variables its replies read")
  func reads() throws {
    let script = try Script(parsing: "+ hi\n- Hi\n- Hi <get name>, <get name>\n+ b\n- \\<get city>", file: "a.rive")
    #expect(script.reads("name"))
    #expect(!script.reads("city"))
    #expect(script.hasCatchAll == false)
  }

  @Test("a long message against many wildcards is settled quickly", .timeLimit(.minutes(1)))
  func hostile() throws {
    let text = String(repeating: "a ", count: 999) + "b"
    let script = "+ * a * a * a * a * a * a * c\n- never\n+ *\n- done"
    #expect(try reply(text, to: script)?.text == "done")
  }
}
