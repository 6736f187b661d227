/// Lends a NULL-terminated array of C strings.
func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
  withParameters(strings.map { Parameter(text: $0) } + [.null]) { body($0.baseAddress!) }
}

/// Lends the parameters as C strings, nil for NULL, from one piece of memory.
func withParameters<Result>(
  _ parameters: [Parameter], _ body: (UnsafeBufferPointer<UnsafePointer<CChar>?>) -> Result
) -> Result {
  var bytes: [CChar] = []
  var offsets: [Int?] = []
  for parameter in parameters {
    offsets.append(parameter.text == nil ? nil : bytes.count)
    guard var text = parameter.text else { continue }
    text.withUTF8 { utf8 in utf8.withMemoryRebound(to: CChar.self) { bytes.append(contentsOf: $0) } }
    bytes.append(0)
  }
  return bytes.withUnsafeBufferPointer { buffer in
    let pointers = offsets.map { $0.flatMap { buffer.baseAddress?.advanced(by: $0) } }
    return pointers.withUnsafeBufferPointer(body)
  }
}
