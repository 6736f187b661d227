internal import Glibc

/// An array of one dimension in PostgreSQL's binary format, all numbers big-endian: a header, then each element behind
/// its length, which is -1 for NULL (`array_recv` in PostgreSQL's arrayfuncs.c).
///
/// Written a value at a time, and from others of its kind: whoever shares a statement writes their own part beforehand.
package struct BinaryArray: Sendable {
  /// An element's type by its number in `pg_type`, which PostgreSQL never changes for its own types.
  package enum Element: Int32, Sendable {
    case bigint = 20
    case smallint = 21
    case text = 25
  }

  private let element: Element
  private var elements: [UInt8] = []
  private var hasNulls = false
  package private(set) var count = 0

  /// - Parameter size: Of all elements together, in bytes, their lengths of four bytes included, where it is known.
  package init(of element: Element, size: Int = 0) {
    self.element = element
    elements.reserveCapacity(size)
  }

  package mutating func append(_ number: Int64) {
    add(Int32(8))
    add(number)
    count += 1
  }

  package mutating func append(_ number: Int16) {
    add(Int32(2))
    add(number)
    count += 1
  }

  package mutating func append(_ text: String?) {
    guard var text else {
      add(Int32(-1))
      hasNulls = true
      count += 1
      return
    }
    let isPlain = text.withUTF8 { utf8 in
      if let start = utf8.baseAddress, memchr(start, 0, utf8.count) != nil { return false }
      add(Int32(utf8.count))
      elements.append(contentsOf: utf8)
      return true
    }
    // PostgreSQL's text holds every character but U+0000.
    guard isPlain else { return append(text.replacing("\0", with: "\u{FFFD}")) }
    count += 1
  }

  package mutating func append(contentsOf other: BinaryArray) {
    precondition(element == other.element)
    elements.append(contentsOf: other.elements)
    hasNulls = hasNulls || other.hasNulls
    count += other.count
  }

  package mutating func reserve(_ size: Int) { elements.reserveCapacity(size) }

  /// In bytes, without the header.
  package var size: Int { elements.count }

  var bytes: [UInt8] {
    var header = BinaryArray(of: element, size: 20 + elements.count)
    header.add(Int32(count == 0 ? 0 : 1))
    header.add(Int32(hasNulls ? 1 : 0))
    header.add(element.rawValue)
    if count > 0 {
      header.add(Int32(count))
      // The index of the first.
      header.add(Int32(1))
      header.elements.append(contentsOf: elements)
    }
    return header.elements
  }

  private mutating func add(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.bigEndian) { elements.append(contentsOf: $0) }
  }
}
