extension JSON {
  /// The value on one line without spaces. PostgreSQL's `jsonb` refuses U+0000: with `replacingNUL` it is written as
  /// U+FFFD, without it as an escape.
  package func serialized(replacingNUL: Bool = false) -> String {
    String(decoding: bytes(replacingNUL: replacingNUL), as: UTF8.self)
  }

  package func bytes(replacingNUL: Bool = false) -> [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes, replacingNUL: replacingNUL)
    return bytes
  }

  package func append(to bytes: inout [UInt8], replacingNUL: Bool = false) {
    switch self {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let value): bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let literal): bytes.append(contentsOf: literal.utf8)
    case .string(let text): JSON.append(text, to: &bytes, replacingNUL: replacingNUL)
    case .array(let elements):
      bytes.append(UInt8(ascii: "["))
      for (place, element) in elements.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        element.append(to: &bytes, replacingNUL: replacingNUL)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (place, member) in members.enumerated() {
        if place > 0 { bytes.append(UInt8(ascii: ",")) }
        JSON.append(member.key, to: &bytes, replacingNUL: replacingNUL)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes, replacingNUL: replacingNUL)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8], replacingNUL: Bool) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      var runStart = 0
      for place in utf8.indices {
        let byte = utf8[place]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        bytes.append(contentsOf: utf8[runStart..<place])
        appendEscape(of: byte, to: &bytes, replacingNUL: replacingNUL)
        runStart = place + 1
      }
      bytes.append(contentsOf: utf8[runStart...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func appendEscape(of byte: UInt8, to bytes: inout [UInt8], replacingNUL: Bool) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
    case 0x08: bytes.append(contentsOf: #"\b"#.utf8)
    case 0x09: bytes.append(contentsOf: #"\t"#.utf8)
    case 0x0A: bytes.append(contentsOf: #"\n"#.utf8)
    case 0x0C: bytes.append(contentsOf: #"\f"#.utf8)
    case 0x0D: bytes.append(contentsOf: #"\r"#.utf8)
    case 0x00 where replacingNUL: bytes.append(contentsOf: "\u{FFFD}".utf8)
    default:
      let digits = Array("0123456789abcdef".utf8)
      bytes.append(contentsOf: #"\u00"#.utf8)
      bytes.append(contentsOf: [digits[Int(byte >> 4)], digits[Int(byte & 15)]])
    }
  }
}
