import JSON

/// Messages that reached the person (Meta, `message_deliveries`).
package struct Delivery: Sendable, Hashable {
  /// Often empty: then only the watermark says what arrived.
  package var mids: [String]
  /// Milliseconds: everything sent up to here was delivered.
  package var watermark: Int64

  package init(mids: [String] = [], watermark: Int64) {
    self.mids = mids
    self.watermark = watermark
  }
}

extension Delivery {
  init?(_ body: JSON) {
    guard let watermark = body["watermark"]?.milliseconds else { return nil }
    self.init(mids: body["mids"]?.array?.compactMap(\.text) ?? [], watermark: watermark)
  }
}

extension Delivery: Understood {
  var understood: JSON { .understood(["mids": mids, "watermark": watermark]) }
}

/// Messages that the person saw (Meta, `message_reads`).
package struct Read: Sendable, Hashable {
  /// Milliseconds: everything sent up to here was read.
  package var watermark: Int64

  package init(watermark: Int64) {
    self.watermark = watermark
  }
}

extension Read {
  init?(_ body: JSON) {
    guard let watermark = body["watermark"]?.milliseconds else { return nil }
    self.init(watermark: watermark)
  }
}

extension Read: Understood {
  var understood: JSON { .understood(["watermark": watermark]) }
}
