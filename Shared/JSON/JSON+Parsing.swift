extension JSON {
  /// What a text may ask of us. Depth counts nested arrays and objects; `values` all values at all depths, because many
  /// small ones take far more memory than their bytes. The bytes are bounded by whoever read them.
  package struct Limits: Sendable {
    package var depth: Int
    package var values: Int

    package init(depth: Int = 64, values: Int = .max) {
      self.depth = depth
      self.values = values
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
