import Cryptography

/// What differs from one sending of a vector to the next: ids, the time. Ids are a vector's own, so that no run meets
/// the dedupe of another and a witness can tell whose events it holds.
struct VectorOccasion: Sendable {
  /// Every page id of the vector begins with it; thirteen digits.
  let prefix: String
  /// Milliseconds since 1970.
  let time: Int64
  let verifyToken: String
  /// Instead of a page id of its own.
  let page: String?

  init(run: Int, vector: Int, time: Int64, verifyToken: String = "", page: String? = nil) {
    prefix = "7\(run % 900_000_000 + 100_000_000)\(vector % 900 + 100)"
    self.time = time
    self.verifyToken = verifyToken
    self.page = page
  }

  /// Replaces: `{page}` `{page.2}` `{person}` `{person.2}` `{time}` `{time+5}` (ms) `{n}` `{hex:c3}` `{u:d83d}` (an
  /// escape, as text) `{repeat:9:x}` (`#` in it is the number) `{verify_token}`; `"{=time}"` with its quotes becomes a
  /// number. Anything else in braces stays as it is.
  func fill(_ template: String, number: Int = 1, into bytes: inout [UInt8]) {
    var template = template
    template.withUTF8 { text in
      var place = 0
      while place < text.count {
        guard text[place] == UInt8(ascii: "{"), let (end, content) = Self.token(in: text, at: place),
          let value = value(of: content.unquoted, number: number)
        else {
          bytes.append(text[place])
          place += 1
          continue
        }
        place = end + 1
        if content.isNumber, bytes.last == UInt8(ascii: "\""), place < text.count, text[place] == UInt8(ascii: "\"") {
          bytes.removeLast()
          place += 1
        }
        bytes.append(contentsOf: value)
      }
    }
  }

  func filled(_ template: String) -> [UInt8] {
    var bytes: [UInt8] = []
    fill(template, into: &bytes)
    return bytes
  }

  private static func token(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> (end: Int, Token)? {
    let limit = min(text.count, start + 120)
    guard let end = text[start..<limit].firstIndex(of: UInt8(ascii: "}")) else { return nil }
    return (end, Token(text: String(decoding: text[(start + 1)..<end], as: UTF8.self)))
  }

  private struct Token {
    let text: String
    var isNumber: Bool { text.hasPrefix("=") }
    var unquoted: Substring { isNumber ? text.dropFirst() : text[...] }
  }

  private func value(of token: Substring, number: Int) -> [UInt8]? {
    let parts = token.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
    switch (parts[0], parts.count) {
    case ("n", 1): return Array("\(number)".utf8)
    case ("time", 1): return Array("\(time)".utf8)
    case ("page", 1): return Array((page ?? prefix + "0").utf8)
    case ("person", 1): return Array(("8" + prefix.dropFirst() + "0").utf8)
    case ("verify_token", 1): return Array(verifyToken.queryEscaped.utf8)
    case ("verify_token|half", 1): return Array(String(verifyToken.prefix(verifyToken.count / 2)).queryEscaped.utf8)
    case ("hex", 2): return Hex.decode(parts[1])
    case ("u", 2): return Array(#"\u"#.utf8) + Array(parts[1].utf8)
    case ("repeat", 3): return Int(parts[1]).map { Self.repeated(parts[2], times: $0) }
    case (let name, 1) where name.hasPrefix("time+"): return Int64(name.dropFirst(5)).map { Array("\(time + $0)".utf8) }
    case (let name, 1) where name.hasPrefix("page."): return Array((page ?? prefix + name.dropFirst(5)).utf8)
    case (let name, 1) where name.hasPrefix("person."):
      return Array(("8" + prefix.dropFirst() + name.dropFirst(7)).utf8)
    default: return nil
    }
  }

  private static func repeated(_ text: Substring, times: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    let piece = Array(text.utf8)
    bytes.reserveCapacity(piece.count * times)
    for number in 0..<times {
      for byte in piece {
        if byte == UInt8(ascii: "#") { bytes.append(contentsOf: "\(number)".utf8) } else { bytes.append(byte) }
      }
    }
    return bytes
  }
}

extension String {
  /// As a value in a query (RFC 3986, unreserved characters stay).
  fileprivate var queryEscaped: String {
    utf8.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
        UInt8(ascii: "~"):
        String(UnicodeScalar(byte))
      default: "%" + Hex.encode([byte])
      }
    }.joined()
  }
}
