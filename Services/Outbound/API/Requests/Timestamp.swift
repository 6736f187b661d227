/// A moment as RFC 3339 writes it, from the year 1970 to 9999, to the millisecond: `2026-12-01T07:30:00.5+01:00`.
struct Timestamp: Sendable, Hashable {
  /// Since 1970.
  let milliseconds: Int64

  init?(_ text: String) {
    var rest = Array(text.utf8)[...]

    func literal(_ allowed: String) -> UInt8? {
      guard let byte = rest.first, allowed.utf8.contains(byte) else { return nil }
      rest.removeFirst()
      return byte
    }
    func number(_ digits: Int, _ range: ClosedRange<Int>) -> Int? {
      guard rest.count >= digits else { return nil }
      var value = 0
      for _ in 0..<digits {
        guard let digit = literal("0123456789") else { return nil }
        value = value * 10 + Int(digit - UInt8(ascii: "0"))
      }
      return range.contains(value) ? value : nil
    }

    guard let year = number(4, 1970...9999), literal("-") != nil, let month = number(2, 1...12), literal("-") != nil,
      let day = number(2, 1...Self.days(in: month, of: year)), literal("Tt ") != nil, let hour = number(2, 0...23),
      literal(":") != nil, let minute = number(2, 0...59), literal(":") != nil, let second = number(2, 0...59)
    else { return nil }

    var fraction = 0
    if literal(".") != nil {
      var scale = 100
      guard rest.first.map({ (0x30...0x39).contains($0) }) == true else { return nil }
      // PostgreSQL, which is handed some of these, takes no endless fraction and no larger offset.
      guard rest.prefix(10).contains(where: { !(0x30...0x39).contains($0) }) else { return nil }
      while let digit = literal("0123456789") {
        fraction += Int(digit - UInt8(ascii: "0")) * scale
        scale /= 10
      }
    }

    var offset = 0
    if literal("Zz") == nil {
      guard let sign = literal("+-"), let hours = number(2, 0...15), literal(":") != nil,
        let minutes = number(2, 0...59)
      else { return nil }
      offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -1 : 1)
    }
    guard rest.isEmpty else { return nil }
    let minutes = (Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
    milliseconds = Int64((minutes * 60 + second) * 1000 + fraction)
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static func days(in month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(year) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let before = year - 1
    // 719,162 days lie before 1970 in the calendar without end.
    let years = before * 365 + before / 4 - before / 100 + before / 400 - 719_162
    return (1..<month).reduce(years + day - 1) { $0 + days(in: $1, of: year) }
  }
}
