internal import Glibc

/// An array of one dimension in PostgreSQL's binary format, all numbers big-endian: a header, then each element behind
/// its length, which is -1 for NULL (`array_recv` in PostgreSQL's arrayfuncs.c).
struct BinaryArray {
  /// An element's type by its number in `pg_type`, which PostgreSQL never changes for its own types.
  enum Element: Int32 {
    case bigint = 20
    case smallint = 21
    case text = 25
  }

  private(set) var bytes: [UInt8] = []

  /// - Parameter size: Of all elements together, in bytes, without their lengths.
  init(of element: Element, count: Int, hasNulls: Bool = false, size: Int) {
    bytes.reserveCapacity(20 + 4 * count + size)
    let dimensions: Int32 = count == 0 ? 0 : 1
    add(dimensions)
    add(Int32(hasNulls ? 1 : 0))
    add(element.rawValue)
    guard count > 0 else { return }
    add(Int32(count))
    // The index of the first.
    add(Int32(1))
  }

  mutating func append(_ number: some FixedWidthInteger) {
    add(Int32(number.bitWidth / 8))
    add(number)
  }

  mutating func append(_ text: String?) {
    guard var text else { return add(Int32(-1)) }
    let isPlain = text.withUTF8 { utf8 in
      if let start = utf8.baseAddress, memchr(start, 0, utf8.count) != nil { return false }
      add(Int32(utf8.count))
      bytes.append(contentsOf: utf8)
      return true
    }
    // PostgreSQL's text holds every character but U+0000.
    if !isPlain { append(text.replacing("\0", with: "\u{FFFD}")) }
  }

  private mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
  }
}
