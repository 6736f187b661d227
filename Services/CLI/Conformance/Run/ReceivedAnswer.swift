import HTTPClient

/// What a receiver answered, and how long it took.
struct ReceivedAnswer: Sendable {
  let status: Int
  /// Names and values, one a line.
  let head: [UInt8]
  let body: [UInt8]
  /// Without parameters, in small letters.
  let contentType: String?
  let time: Duration

  init(_ response: HTTPClientResponse, time: Duration) {
    status = response.status
    head = response.headers.flatMap { Array("\($0.0): \($0.1)\n".utf8) }
    body = response.body
    let type = response.header("content-type")?.prefix { $0 != ";" && $0 != " " }
    contentType = type.map { $0.lowercased() }
    self.time = time
  }

  /// In its body or in a header.
  func holds(_ text: String) -> Bool {
    let needle = Array(text.utf8)
    return body.holds(needle) || head.holds(needle)
  }
}

extension [UInt8] {
  /// Whether `needle`, not empty, stands in it.
  func holds(_ needle: [UInt8]) -> Bool {
    guard let first = needle.first, count >= needle.count else { return false }
    return withUnsafeBufferPointer { bytes in
      var place = 0
      while let next = bytes[place...(count - needle.count)].firstIndex(of: first) {
        if bytes[next..<(next + needle.count)].elementsEqual(needle) { return true }
        place = next + 1
        if place > count - needle.count { return false }
      }
      return false
    }
  }
}
