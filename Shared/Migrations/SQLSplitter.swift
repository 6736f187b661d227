/// Cuts a file of SQL into its statements, because a bound statement may hold only one.
///
/// Knows line comments, quotes and dollar quotes, which is all that the migrations use.
package enum SQLSplitter {
  package static func statements(in text: String) -> [String] {
    let bytes = Array(text.utf8)
    var statements: [String] = []
    var start = 0
    var index = 0

    func skip(past terminator: [UInt8], from position: Int) -> Int {
      var position = position
      while position < bytes.count {
        if bytes[position...].starts(with: terminator) { return position + terminator.count }
        position += 1
      }
      return bytes.count
    }

    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "-") where bytes[index...].starts(with: Array("--".utf8)):
        index = skip(past: [UInt8(ascii: "\n")], from: index)
      case UInt8(ascii: "'"):
        index = skip(past: [UInt8(ascii: "'")], from: index + 1)
      case UInt8(ascii: "$"):
        guard let tag = dollarTag(bytes, at: index) else {
          index += 1
          continue
        }
        index = skip(past: tag, from: index + tag.count)
      case UInt8(ascii: ";"):
        statements.append(String(decoding: bytes[start..<index], as: UTF8.self))
        index += 1
        start = index
      default:
        index += 1
      }
    }
    return statements
  }

  /// `$name$` or `$$` at this place.
  private static func dollarTag(_ bytes: [UInt8], at start: Int) -> [UInt8]? {
    var end = start + 1
    while end < bytes.count, bytes[end] == UInt8(ascii: "_") || isLetter(bytes[end]) { end += 1 }
    guard end < bytes.count, bytes[end] == UInt8(ascii: "$") else { return nil }
    return Array(bytes[start...end])
  }

  private static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }
}
