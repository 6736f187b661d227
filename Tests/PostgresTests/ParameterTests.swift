import Testing

@testable import Postgres

@Suite("Parameters in PostgreSQL's text format")
struct ParameterTests {
  @Test(
    "text arrays quote every element and escape what an array literal would read",
    arguments: [
      ([], "{}"),
      (["plain", ""], #"{"plain",""}"#),
      ([nil, "NULL", nil], #"{NULL,"NULL",NULL}"#),
      ([#"a"b"#, #"c\d"#, "e,{f}"], #"{"a\"b","c\\d","e,{f}"}"#),
      (["a\0b"], "{\"a\u{FFFD}b\"}"),
      (["Ünï 🐦", "two\nlines"], "{\"Ünï 🐦\",\"two\nlines\"}"),
    ] as [([String?], String)])
  func textArrays(values: [String?], literal: String) {
    #expect(Parameter.array(values).text == literal)
  }

  @Test("number arrays are written plainly")
  func numberArrays() {
    #expect(Parameter.array([Int]()).text == "{}")
    #expect(Parameter.array([1, -2, Int64.min, Int64.max]).text == "{1,-2,\(Int64.min),\(Int64.max)}")
  }

  @Test("bytes are written in hex, alone and in arrays")
  func bytes() {
    #expect(Parameter.bytes([]).text == "\\x")
    #expect(Parameter.bytes([0, 9, 10, 127, 128, 255]).text == "\\x00090a7f80ff")
    #expect(Parameter.array(bytes: [[0xDE, 0xAD], []]).text == #"{"\\xdead","\\x"}"#)
  }

  @Test("text keeps everything but U+0000, which PostgreSQL cannot hold")
  func text() {
    #expect(Parameter.text("a'\"\\ $1 🐦").text == "a'\"\\ $1 🐦")
    #expect(Parameter.text("a\0b\0").text == "a\u{FFFD}b\u{FFFD}")
    #expect(Parameter.text(nil).text == nil)
    #expect(Parameter.null.text == nil)
  }

  @Test("numbers and truth values are written as PostgreSQL reads them")
  func scalars() {
    #expect(Parameter.int(Int64.min).text == "-9223372036854775808")
    #expect(Parameter.int(UInt64.max).text == "18446744073709551615")
    #expect(Parameter.int(Int?.none).text == nil)
    #expect(Parameter.bool(true).text == "t")
    #expect(Parameter.bool(false).text == "f")
  }

  @Test(
    "intervals are written in whole microseconds",
    arguments: [
      (.zero, 0), (.milliseconds(1500), 1_500_000), (.nanoseconds(1999), 1), (.seconds(-2), -2_000_000),
      (.seconds(86400 * 365), 31_536_000_000_000),
    ] as [(Duration, Int64)])
  func intervals(duration: Duration, microseconds: Int64) {
    #expect(Parameter.interval(duration).text == "\(microseconds) microseconds")
  }
}
