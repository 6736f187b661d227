extension JSON {
  /// What a text may ask of us. Depth counts nested arrays and objects; the size is bounded by whoever read the bytes.
  package struct Limits: Sendable {
    package var depth: Int

    package init(depth: Int = 64) {
      self.depth = depth
    }
  }

  /// Reads exactly one value, with nothing but white space around it (RFC 8259). Bytes in one piece are not copied.
  package init(parsing bytes: some Collection<UInt8>, limits: Limits = Limits()) throws(JSONError) {
    let outcome =
      bytes.withContiguousStorageIfAvailable { JSONParser.parse($0, limits: limits) }
      ?? Array(bytes).withUnsafeBufferPointer { JSONParser.parse($0, limits: limits) }
    self = try outcome.get()
  }

  package init(parsing text: String, limits: Limits = Limits()) throws(JSONError) {
    try self.init(parsing: text.utf8, limits: limits)
  }
}
