import JSON

/// The body of a call in the three forms that the Graph API takes: JSON, a form, or a form in parts with a file. JSON
/// that is called a form, as `curl -d` does, is taken for what it is.
struct GraphBody: Sendable {
  /// Bytes that Hummingbird takes: the largest upload and its form.
  static let maximum = 27 << 20

  var json: JSON = [:]
  /// The size of the file that came along.
  var upload: Int?

  init(_ bytes: [UInt8], contentType: String?) throws(GraphError) {
    guard !bytes.isEmpty else { return }
    let type = contentType ?? "application/json"
    if type.hasPrefix("multipart/form-data") {
      guard let form = MultipartForm(bytes, contentType: type) else { throw .badParameter("Invalid form") }
      json = .object(JSONObject(form.fields.map { ($0.name, Self.value($0.text)) }))
      upload = form.file
    } else if type.hasPrefix("application/x-www-form-urlencoded"), bytes.first != UInt8(ascii: "{") {
      json = Self.form(String(decoding: bytes, as: UTF8.self))
    } else {
      guard let parsed = try? JSON(parsing: bytes), parsed.object != nil else { throw .badParameter("Invalid JSON") }
      json = parsed
    }
  }

  /// The members of `a=b&c=d`, of which those that hold JSON are parsed.
  static func form(_ text: String) -> JSON {
    var members = JSONObject()
    for pair in text.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      members[decoded(parts[0])] = value(parts.count > 1 ? decoded(parts[1]) : "")
    }
    return .object(members)
  }

  private static func value(_ text: String) -> JSON {
    guard text.hasPrefix("{") || text.hasPrefix("["), let json = try? JSON(parsing: text) else { return .string(text) }
    return json
  }

  /// Percent-encoding undone, with `+` for a space.
  static func decoded(_ text: some StringProtocol) -> String {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "+") {
        bytes.append(UInt8(ascii: " "))
      } else if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
      {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// `multipart/form-data` (RFC 7578), as far as an upload needs it.
struct MultipartForm: Sendable {
  private(set) var fields: [(name: String, text: String)] = []
  /// The size of the part `filedata`.
  private(set) var file: Int?

  /// nil where it is none.
  init?(_ bytes: [UInt8], contentType: String) {
    guard let start = contentType.firstRange(of: "boundary=")?.upperBound else { return nil }
    let name = contentType[start...].prefix { $0 != ";" }.filter { $0 != "\"" }
    guard !name.isEmpty else { return nil }
    let boundary = Array("--\(name)".utf8)
    var rest = bytes[...]
    guard let first = rest.firstRange(of: boundary) else { return nil }
    rest = rest[first.upperBound...]
    while !rest.starts(with: Array("--".utf8)) {
      guard let next = rest.firstRange(of: boundary) else { return nil }
      add(rest[..<next.lowerBound].dropFirst(2).dropLast(2))
      rest = rest[next.upperBound...]
    }
  }

  private mutating func add(_ part: ArraySlice<UInt8>) {
    guard let end = part.firstRange(of: Array("\r\n\r\n".utf8)) else { return }
    let head = String(decoding: part[..<end.lowerBound], as: UTF8.self)
    let body = part[end.upperBound...]
    guard let start = head.firstRange(of: " name=\"")?.upperBound else { return }
    let name = String(head[start...].prefix { $0 != "\"" })
    if name == "filedata" {
      file = body.count
    } else {
      fields.append((name, String(decoding: body, as: UTF8.self)))
    }
  }
}
