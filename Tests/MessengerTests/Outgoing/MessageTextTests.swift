import Messenger
import Testing

@Suite("Text that is too long for one message")
struct MessageTextTests {
  @Test("stays whole when it is not")
  func whole() {
    #expect(MessageText.split("Hello.  Bye. ", atMost: 13) == ["Hello.  Bye. "])
    #expect(MessageText.split(" \n\t").isEmpty)
    #expect(MessageText.split("").isEmpty)
  }

  @Test("is cut after a sentence, else between words, else between characters")
  func places() {
    #expect(MessageText.split("One two. Three four five.", atMost: 14) == ["One two.", "Three four", "five."])
    #expect(MessageText.split("One two three", atMost: 8) == ["One two", "three"])
    #expect(MessageText.split("onetwothree", atMost: 4) == ["onet", "woth", "ree"])
    #expect(MessageText.split("你好。再见。", atMost: 4) == ["你好。", "再见。"])
    #expect(MessageText.split("a line\nand another one", atMost: 10) == ["a line", "and", "another", "one"])
  }

  @Test("does not cut early for the sake of a short sentence")
  func early() {
    #expect(MessageText.split("Yes. one two three four five", atMost: 20) == ["Yes. one two three", "four five"])
  }

  @Test(
    "is never cut inside what people see as one character",
    arguments: ["👩‍👩‍👧‍👦", "🇮🇹", "e\u{301}\u{323}", "👍🏽", "\r\n", "각"])
  func graphemes(character: String) {
    let text = String(repeating: "x\(character)", count: 40)
    for limit in 12...30 {
      let parts = MessageText.split(text, atMost: limit)
      #expect(parts.allSatisfy { $0.utf16.count <= limit })
      #expect(parts.flatMap { Array($0) }.filter { !$0.isWhitespace } == Array(text).filter { !$0.isWhitespace })
    }
  }

  @Test("is cut inside a character only when that alone is longer than a message")
  func endless() {
    let tower = "e" + String(repeating: "\u{301}", count: 30)
    let parts = MessageText.split(tower, atMost: 10)
    #expect(parts.allSatisfy { $0.utf16.count <= 10 })
    #expect(parts.joined().unicodeScalars.elementsEqual(tower.unicodeScalars))
  }

  @Test("loses nothing but white space at its cuts, in any text")
  func anything() {
    var random = SystemRandomNumberGenerator()
    let pieces = ["a", "word", " ", "  ", ". ", "! ", "\n", "…", "👩‍👩‍👧‍👦", "é", "。", "你", "-", "https://example.org/a?b=c"]
    for _ in 0..<500 {
      let text = (0..<Int.random(in: 0...60, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
        .joined()
      let limit = Int.random(in: 11...80, using: &random)
      let parts = MessageText.split(text, atMost: limit)
      #expect(parts.allSatisfy { (1...limit).contains(MessageText.length($0)) }, "\(text) at \(limit)")
      #expect(
        parts.joined().filter { !$0.isWhitespace } == text.filter { !$0.isWhitespace }, "\(text) at \(limit)")
    }
  }

  @Test("keeps to Meta's limits, also to that of button templates and of old versions")
  func limits() {
    let text = Array(repeating: "A sentence of words.", count: 300).joined(separator: " ")
    for (limit, longest) in [(MessageLimit.text, 1999), (.buttonText, 640), (.textOfOldVersions, 640)] {
      let parts = MessageText.split(text, limit)
      #expect(parts.allSatisfy { $0.utf16.count <= longest && $0.hasSuffix(".") })
      #expect(parts.count == text.utf16.count / longest + 1)
    }
  }
}
