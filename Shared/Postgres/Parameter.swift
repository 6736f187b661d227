/// A bound value, which the statement casts (`$1::bigint`): in PostgreSQL's text format, or in its binary format where so
/// much travels at once that reading it character by character would count.
package struct Parameter: Sendable {
  enum Value: Sendable, Equatable {
    case null
    case text(String)
    case binary([UInt8])
  }

  let value: Value

  package static let null = Parameter(text: nil)

  init(text: String?) {
    value = text.map { .text($0) } ?? .null
  }

  private init(binary: BinaryArray) {
    value = .binary(binary.bytes)
  }

  package static func text(_ value: String?) -> Parameter {
    // PostgreSQL's text holds every character but U+0000.
    Parameter(text: value.map { $0.utf8.contains(0) ? $0.replacing("\0", with: "\u{FFFD}") : $0 })
  }

  package static func int(_ value: (some BinaryInteger)?) -> Parameter {
    Parameter(text: value.map { String($0) })
  }

  package static func bool(_ value: Bool) -> Parameter {
    Parameter(text: value ? "t" : "f")
  }

  /// For a `$1::interval`.
  package static func interval(_ value: Duration) -> Parameter {
    Parameter(text: "\(Int64(value / .microseconds(1))) microseconds")
  }

  package static func bytes(_ value: [UInt8]) -> Parameter {
    Parameter(text: hexText(value))
  }

  package static func array(_ array: BinaryArray) -> Parameter { Parameter(binary: array) }

  // Of arrays only, not of any collection: what is generic over modules is not specialised, and costs more than PostgreSQL.

  /// For a `$1::text[]`, in binary format.
  package static func texts(_ values: [String?]) -> Parameter {
    var array = BinaryArray(of: .text, size: values.reduce(0) { $0 + 4 + ($1?.utf8.count ?? 0) })
    for value in values { array.append(value) }
    return Parameter(binary: array)
  }

  package static func texts(_ values: [String]) -> Parameter {
    var array = BinaryArray(of: .text, size: values.reduce(0) { $0 + 4 + $1.utf8.count })
    for value in values { array.append(value) }
    return Parameter(binary: array)
  }

  /// For a `$1::smallint[]`, in binary format; what does not fit becomes the nearest that does.
  package static func smallints(_ values: [Int]) -> Parameter {
    var array = BinaryArray(of: .smallint, size: values.count * 6)
    for value in values { array.append(Int16(clamping: value)) }
    return Parameter(binary: array)
  }

  /// For a `$1::bigint[]`, in binary format.
  package static func bigints(_ values: [Int64]) -> Parameter {
    var array = BinaryArray(of: .bigint, size: values.count * 12)
    for value in values { array.append(value) }
    return Parameter(binary: array)
  }

  /// For a `$1::jsonb[]`, `$1::uuid[]` and the like.
  package static func array(_ values: [String?]) -> Parameter {
    var literal: [UInt8] = [UInt8(ascii: "{")]
    literal.reserveCapacity(values.reduce(2) { $0 + ($1?.utf8.count ?? 0) + 8 })
    for value in values {
      if literal.count > 1 { literal.append(UInt8(ascii: ",")) }
      guard let value else {
        literal.append(contentsOf: "NULL".utf8)
        continue
      }
      literal.append(UInt8(ascii: "\""))
      var text = value
      text.withUTF8 { append($0, to: &literal) }
      literal.append(UInt8(ascii: "\""))
    }
    literal.append(UInt8(ascii: "}"))
    return Parameter(text: String(decoding: literal, as: UTF8.self))
  }

  /// Escaped for an array's literal: runs of plain characters at once.
  private static func append(_ text: UnsafeBufferPointer<UInt8>, to literal: inout [UInt8]) {
    var start = 0
    for (index, byte) in text.enumerated() {
      guard byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte == 0 else { continue }
      literal.append(contentsOf: text[start..<index])
      start = index
      if byte == 0 {
        literal.append(contentsOf: "\u{FFFD}".utf8)
        start += 1
      } else {
        literal.append(UInt8(ascii: "\\"))
      }
    }
    literal.append(contentsOf: text[start...])
  }

  /// For a `$1::bigint[]`, `$1::smallint[]` and the like.
  package static func array(_ values: [Int]) -> Parameter {
    var literal: [UInt8] = [UInt8(ascii: "{")]
    literal.reserveCapacity(values.count * 12 + 2)
    for value in values { append(value, to: &literal) }
    literal.append(UInt8(ascii: "}"))
    return Parameter(text: String(decoding: literal, as: UTF8.self))
  }

  package static func array(_ values: [Int64]) -> Parameter {
    array(values.map { Int($0) })
  }

  private static func append(_ value: Int, to literal: inout [UInt8]) {
    if literal.count > 1 { literal.append(UInt8(ascii: ",")) }
    if value < 0 { literal.append(UInt8(ascii: "-")) }
    let start = literal.count
    var rest = value.magnitude
    repeat {
      literal.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    literal[start...].reverse()
  }

  /// For a `$1::bytea[]`.
  package static func array(bytes values: some Sequence<[UInt8]>) -> Parameter {
    array(values.map { Optional(hexText($0)) })
  }

  private static func hexText(_ value: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = Array("\\x".utf8)
    for byte in value {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
