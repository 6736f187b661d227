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

  /// Meta means milliseconds, sends seconds here and there, and sometimes in quotes. Up to the year 9999.
  var milliseconds: Int64? {
    guard let time = int64 ?? string.flatMap({ Int64($0) }), (1...253_402_300_799_999).contains(time) else {
      return nil
    }
    return time < 1_000_000_000_000 ? time * 1000 : time
  }
}
