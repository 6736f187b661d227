import JSON

/// An object of a request, read member by member; whatever is wrong is told with its place.
struct Fields {
  private let object: JSONObject
  private let path: String

  /// - Parameter known: Every member that may be there.
  init(_ json: JSON, at path: String = "", known: [String]) throws(Problem) {
    guard let object = json.object else {
      throw path.isEmpty
        ? Problem(.malformed, "The body is not a JSON object", remedy: "See /openapi.json.")
        : .invalid(path, "is not an object", "See /openapi.json.")
    }
    self.object = object
    self.path = path
    for name in object.keys where !known.contains(name) {
      // The name is the caller's own: told in so far as it could be one of ours.
      let isPlain = name.utf8.count <= 40 && name.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) }
      let place = isPlain ? field(name) : path.isEmpty ? "(a member)" : path
      throw Problem(
        .unknownField, "\(place) is no field of this request", field: place,
        remedy: "Take it away; known are \(known.joined(separator: ", ")).")
    }
  }

  /// Where a member stands, such as `message.text`.
  func field(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

  /// Nil where it is missing or null.
  subscript(_ name: String) -> JSON? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  func required(_ name: String, _ remedy: String) throws(Problem) -> JSON {
    guard let value = self[name] else { throw .missing(field(name), remedy) }
    return value
  }

  /// An id, of Meta's or the owner's: 1 to 128 bytes, nothing that a header or a table would stumble over.
  func id(_ name: String) throws(Problem) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.text, (1...128).contains(text.utf8.count), text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else { throw .invalid(field(name), "is not an id of 1 to 128 bytes without spaces", "Write it as a string.") }
    return text
  }

  func text(_ name: String, upTo limit: Int) throws(Problem) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string, !text.isEmpty else {
      throw .invalid(field(name), "is not a text", "Write at least one character, in quotes.")
    }
    guard text.count <= limit else {
      var problem = Problem.invalid(field(name), "is longer than \(limit) characters", "Shorten it.")
      (problem.limit, problem.value) = (limit, text.count)
      throw problem
    }
    return text
  }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(Problem) -> Int? {
    guard let value = self[name] else { return nil }
    guard let number = value.int, range.contains(number) else {
      throw .invalid(
        field(name), "is not a whole number of \(range.lowerBound) to \(range.upperBound)", "Give one in that range.")
    }
    return number
  }

  func flag(_ name: String) throws(Problem) -> Bool? {
    guard let value = self[name] else { return nil }
    guard let flag = value.bool else { throw .invalid(field(name), "is neither true nor false", "Give one of both.") }
    return flag
  }

  func word(_ name: String, of words: [String]) throws(Problem) -> String? {
    guard let value = self[name] else { return nil }
    guard let word = value.string, words.contains(word) else {
      throw .invalid(field(name), "is none of the words it takes", "Give one of \(words.joined(separator: ", ")).")
    }
    return word
  }

  func time(_ name: String) throws(Problem) -> Timestamp? {
    guard let value = self[name] else { return nil }
    guard let time = value.string.flatMap({ Timestamp($0) }) else {
      throw .invalid(
        field(name), "is no time as RFC 3339 has it", "Write it with its zone, such as 2026-12-01T07:30:00+01:00.")
    }
    return time
  }
}
