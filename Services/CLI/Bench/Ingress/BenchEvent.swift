/// A message of the bench as Meta would send it: a random-looking id of Meta's length, one of some people, a short text.
struct BenchEvent: Sendable {
  let number: Int
  let series: UInt64
  let people: Int
  let pageID: String

  private static let start: Int64 = 1_795_000_000_000

  var time: Int64 { Self.start + Int64(number) }

  var person: String { Self.person(Int(Self.mixed(series &+ UInt64(number)) % UInt64(people))) }

  static func person(_ index: Int) -> String { "\(7_000_000_000_000_000 + index)" }

  /// 66 characters, no two alike, in no order.
  var mid: String {
    var text: [UInt8] = Array("m_".utf8)
    for part in 0..<4 {
      var rest = Self.mixed(series &+ UInt64(number) &* 4 &+ UInt64(part))
      for _ in 0..<16 {
        text.append(Self.digits[Int(rest & 15)])
        rest >>= 4
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  var text: String { "Where is my order number \(number), please?" }

  /// The member of `messaging`.
  var body: String {
    """
    {"sender":{"id":"\(person)"},"recipient":{"id":"\(pageID)"},"timestamp":\(time),\
    "message":{"mid":"\(mid)","text":"\(text)"}}
    """
  }

  /// As ingress hands it to nlu.
  var payload: String { "{\"time\":\(time),\"text\":\"\(text)\",\"mid\":\"\(mid)\"}" }

  private static let digits = Array("0123456789abcdef".utf8)

  /// SplitMix64: equal for equal numbers, without order for numbers in a row.
  private static func mixed(_ number: UInt64) -> UInt64 {
    var z = (number &+ 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
