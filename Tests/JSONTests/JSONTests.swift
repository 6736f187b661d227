import JSON
import Testing

@Suite("JSON keeps what it is given")
struct JSONTests {
  @Test(
    "a value comes back as it was written",
    arguments: [
      "null", "true", "false", "0", "-0", "17.50", "1e3", "-1.5E-10", "26390203743090012345678901234567890",
      #""""#, #""plain""#, #""ä € 😀""#, "[]", "[1,[2,[3]]]", "{}", #"{"b":1,"a":{"c":[null]}}"#,
      #""\"\\\b\f\n\r\t\u0000\u001f""#,
    ])
  func roundTrip(text: String) throws {
    #expect(try JSON(parsing: text).serialized() == text)
  }

  @Test("escapes mean the character they name")
  func escapes() throws {
    let value = try JSON(parsing: #""\u00e4\u00F6 a\/b \ud83d\ude00\n""#)
    #expect(value == "äö a/b 😀\n")
  }

  @Test(
    "a surrogate without its other half becomes U+FFFD",
    arguments: [
      (#""\ud83d""#, "\u{FFFD}"), (#""\ude00x""#, "\u{FFFD}x"), (#""\ud83d\u0041""#, "\u{FFFD}A"),
      (#""\ud83d\n""#, "\u{FFFD}\n"), (#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
    ])
  func loneSurrogate(text: String, expected: String) throws {
    #expect(try JSON(parsing: text).string == expected)
  }

  @Test("U+0000 is escaped, or replaced for jsonb, in values and in names")
  func nul() throws {
    let value = try JSON(parsing: #"{"a\u0000":"b\u0000"}"#)
    #expect(value.serialized() == #"{"a\u0000":"b\u0000"}"#)
    #expect(value.serialized(replacingNUL: true) == "{\"a\u{FFFD}\":\"b\u{FFFD}\"}")
  }

  @Test(
    "text that is not JSON is refused, with the byte",
    arguments: [
      ("", JSONError.Code.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1),
      (#"{"a"}"#, .unexpectedByte, 4), (#"{"a":1,}"#, .unexpectedByte, 7), ("[1,]", .unexpectedByte, 3),
      ("[1 2]", .unexpectedByte, 3), ("{a:1}", .unexpectedByte, 1), ("tru", .unexpectedEnd, 3),
      ("trap", .unexpectedByte, 2), ("01", .invalidNumber, 1), ("-", .unexpectedEnd, 1), ("1.x", .invalidNumber, 2),
      ("+1", .unexpectedByte, 0), ("1 1", .trailingContent, 2), (#""\x""#, .invalidEscape, 2),
      (#""\u12G4""#, .invalidEscape, 5), ("\"a\nb\"", .controlCharacter, 2), (#""abc"#, .unexpectedEnd, 4),
      ("NaN", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("\u{FEFF}1", .unexpectedByte, 0),
    ])
  func refused(text: String, code: JSONError.Code, offset: Int) {
    #expect(throws: JSONError(code: code, offset: offset)) { try JSON(parsing: text) }
  }

  @Test(
    "bad UTF-8 is refused",
    arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x22]])
  func badUTF8(bytes: [UInt8]) {
    #expect(throws: JSONError(code: .invalidUTF8, offset: 1)) { try JSON(parsing: bytes) }
  }

  @Test("nesting stops at the limit")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    _ = try JSON(parsing: nested(64))
    #expect(throws: JSONError(code: .tooDeep, offset: 64)) { try JSON(parsing: nested(65)) }
    #expect(throws: JSONError(code: .tooDeep, offset: 64)) { try JSON(parsing: nested(100_000)) }
    #expect(throws: JSONError.self) { try JSON(parsing: #"{"a":[]}"#, limits: .init(depth: 1)) }
  }

  @Test("the error never quotes the text")
  func errorIsSafe() {
    let error = #expect(throws: JSONError.self) { try JSON(parsing: #"{"text": secretword}"#) }
    #expect(error?.description.contains("secretword") == false)
    #expect(error?.offset == 9)
  }

  @Test("bytes in pieces read like bytes in one piece")
  func pieces() throws {
    let bytes = Array(#"[1,"a"]"#.utf8)
    let lazy = bytes.lazy.map { $0 }
    #expect(try JSON(parsing: lazy) == [1, "a"])
    #expect(try bytes.withUnsafeBytes { try JSON(parsing: $0) } == [1, "a"])
    #expect(try JSON(parsing: bytes[0...]) == [1, "a"])
  }

  @Test("values are counted at every depth, and one more than allowed is refused")
  func values() throws {
    let text = #"{"a":[1,2,{"b":null}],"c":true}"#
    #expect(throws: Never.self) { try JSON(parsing: text, limits: .init(values: 7)) }
    #expect(throws: JSONError(code: .tooManyValues, offset: 26)) { try JSON(parsing: text, limits: .init(values: 6)) }
  }
}
