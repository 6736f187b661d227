import Testing

@testable import Postgres

@Suite("Parameters as PostgreSQL reads them")
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
    #expect(Parameter.array(values).value == .text(literal))
  }

  @Test("number arrays are written plainly")
  func numberArrays() {
    #expect(Parameter.array([Int]()).value == .text("{}"))
    #expect(Parameter.array([1, -2, Int64.min, Int64.max]).value == .text("{1,-2,\(Int64.min),\(Int64.max)}"))
  }

  @Test("bytes are written in hex, alone and in arrays")
  func bytes() {
    #expect(Parameter.bytes([]).value == .text("\\x"))
    #expect(Parameter.bytes([0, 9, 10, 127, 128, 255]).value == .text("\\x00090a7f80ff"))
    #expect(Parameter.array(bytes: [[0xDE, 0xAD], []]).value == .text(#"{"\\xdead","\\x"}"#))
  }

  @Test("text keeps everything but U+0000, which PostgreSQL cannot hold")
  func text() {
    #expect(Parameter.text("a'\"\\ $1 🐦").value == .text("a'\"\\ $1 🐦"))
    #expect(Parameter.text("a\0b\0").value == .text("a\u{FFFD}b\u{FFFD}"))
    #expect(Parameter.text(nil).value == .null)
    #expect(Parameter.null.value == .null)
  }

  @Test("numbers and truth values are written as PostgreSQL reads them")
  func scalars() {
    #expect(Parameter.int(Int64.min).value == .text("-9223372036854775808"))
    #expect(Parameter.int(UInt64.max).value == .text("18446744073709551615"))
    #expect(Parameter.int(Int?.none).value == .null)
    #expect(Parameter.bool(true).value == .text("t"))
    #expect(Parameter.bool(false).value == .text("f"))
  }

  @Test(
    "intervals are written in whole microseconds",
    arguments: [
      (.zero, 0), (.milliseconds(1500), 1_500_000), (.nanoseconds(1999), 1), (.seconds(-2), -2_000_000),
      (.seconds(86400 * 365), 31_536_000_000_000),
    ] as [(Duration, Int64)])
  func intervals(duration: Duration, microseconds: Int64) {
    #expect(Parameter.interval(duration).value == .text("\(microseconds) microseconds"))
  }

  @Test("a binary array is a header and its elements behind their lengths")
  func binaryArrays() {
    let header: [UInt8] = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 3, 0, 0, 0, 1]
    let elements: [UInt8] = [0, 0, 0, 2, 0x61, 0x22, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
    #expect(Parameter.texts(["a\"", nil, ""]).value == .binary(header + elements))
    #expect(Parameter.texts(["a\0"]).value == Parameter.texts(["a\u{FFFD}"]).value)
    #expect(Parameter.smallints([]).value == .binary([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 21]))
    #expect(
      Parameter.smallints([-2]).value
        == .binary([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 21, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 2, 0xFF, 0xFE]))
  }
}
