import JSON

extension WebhookEvent {
  /// A body that carries Meta's signature and that nobody can read: not JSON, or no notification. Kept whole, because no
  /// interface of Meta's gives a notification a second time (Meta, Webhooks).
  package static func unreadable(_ body: [UInt8]) -> WebhookEvent {
    WebhookEvent(
      pageID: "", person: "", userRef: nil, time: 0, isStandby: false, kind: .unknown("unreadable"),
      key: "h:\(Fingerprint(of: body))", raw: ["base64": .string(base64(of: body))])
  }

  /// RFC 4648 §4, with padding.
  private static func base64(of bytes: [UInt8]) -> String {
    let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < count ? UInt32(bytes[start + $1]) : 0) }
      for place in 0..<4 {
        text.append(place <= count ? digits[Int(group >> (18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
