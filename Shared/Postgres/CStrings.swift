/// Lends a NULL-terminated array of C strings.
func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
  withParameters(strings.map { Parameter(text: $0) } + [.null]) { body($0.values.baseAddress!) }
}

/// Parameters as libpq takes them.
struct LentParameters {
  let count: Int32
  /// Nil for NULL.
  let values: UnsafeBufferPointer<UnsafePointer<CChar>?>
  /// In bytes; only looked at for those in binary format.
  let lengths: UnsafeBufferPointer<Int32>
  /// 0 for text, 1 for binary.
  let formats: UnsafeBufferPointer<Int32>
}

/// Lends the parameters from one piece of memory.
func withParameters<Result>(_ parameters: [Parameter], _ body: (LentParameters) -> Result) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int?] = []
  var lengths: [Int32] = []
  var formats: [Int32] = []
  func add(_ value: UnsafeBufferPointer<UInt8>) {
    value.withMemoryRebound(to: CChar.self) { bytes.append(contentsOf: $0) }
  }
  for parameter in parameters {
    let start = bytes.count
    switch parameter.value {
    case .null: break
    case .text(var text):
      text.withUTF8 { add($0) }
      bytes.append(0)
    case .binary(let value): value.withUnsafeBufferPointer { add($0) }
    }
    let isBinary = if case .binary = parameter.value { true } else { false }
    offsets.append(parameter.value == .null ? nil : start)
    lengths.append(Int32(bytes.count - start))
    formats.append(isBinary ? 1 : 0)
  }
  return bytes.withUnsafeBufferPointer { buffer in
    let values = offsets.map { $0.flatMap { buffer.baseAddress?.advanced(by: $0) } }
    return values.withUnsafeBufferPointer { values in
      lengths.withUnsafeBufferPointer { lengths in
        formats.withUnsafeBufferPointer { formats in
          body(LentParameters(count: Int32(values.count), values: values, lengths: lengths, formats: formats))
        }
      }
    }
  }
}
