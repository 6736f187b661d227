import JSON

extension JSON {
  /// An id of Meta's, a string or a number. Nothing that a database or a header would stumble over.
  var identifier: String? {
    guard let text, (1...128).contains(text.utf8.count) else { return nil }
    return text.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? text : nil
  }

  /// The name of an event or a field.
  var name: String? {
    guard let identifier, identifier.utf8.count <= 64 else { return nil }
    return identifier
  }

  /// A message's id is whatever Meta says, but not nothing.
  var messageID: String? {
    guard let text, !text.isEmpty else { return nil }
    return text
  }

  /// Meta means milliseconds, sends seconds here and there, and sometimes in quotes. Up to the year 9999.
  var milliseconds: Int64? {
    guard let time = int64 ?? string.flatMap({ Int64($0) }), (1...253_402_300_799_999).contains(time) else {
      return nil
    }
    return time < 1_000_000_000_000 ? time * 1000 : time
  }

  /// A whole number, also in quotes.
  var count: Int? { int ?? string.flatMap { Int($0) } }

  /// A number, also in quotes.
  var decimal: Double? {
    double ?? string.flatMap { Double($0) }.flatMap { $0.isFinite ? $0 : nil }
  }

  var present: JSON? { isNull ? nil : self }

  /// An object with something in it.
  var hasMembers: Bool { object?.contains { !$0.value.isNull } == true }
}

extension JSON? {
  /// `true`, also as `"true"`, `1` and `"1"`; anything else, and nothing at all, is not.
  var isTrue: Bool {
    switch self {
    case .bool(let value): value
    case .string(let text), .number(let text): text == "true" || text == "1"
    default: false
    }
  }

  /// Of a list of objects, the texts of one member.
  func texts(of member: String) -> [String] {
    self?.array?.compactMap { $0[member]?.text } ?? []
  }
}
