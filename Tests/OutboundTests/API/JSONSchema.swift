import JSON

@testable import Outbound

/// As much of JSON Schema 2020-12 as the document uses. A word that is not known here is a fault, so that nothing is
/// passed over.
struct JSONSchema {
  /// Where `$ref` leads.
  let root: JSON

  func target(of reference: String) -> JSON? {
    reference.split(separator: "/").dropFirst().reduce(Optional(root)) { $0?[String($1)] }
  }

  func faults(of value: JSON, against schema: JSON, at place: String) -> [String] {
    if schema == true { return [] }
    guard let words = schema.object else { return ["\(place): no schema"] }
    return words.flatMap { word, wanted -> [String] in
      if let inner = inner(word, wanted, value, schema, place) { return inner }
      guard let fits = fits(value, word, wanted) else { return ["\(place): the test knows no \(word)"] }
      return fits ? [] : ["\(place): not as \(word) wants it"]
    }
  }

  /// Words that lead to other schemas; nil for all others.
  private func inner(_ word: String, _ wanted: JSON, _ value: JSON, _ schema: JSON, _ place: String) -> [String]? {
    switch word {
    case "$ref":
      return wanted.string.flatMap { target(of: $0) }.map { faults(of: value, against: $0, at: place) }
        ?? ["\(place): \(wanted.string ?? "") leads nowhere"]
    case "oneOf":
      let fitting = (wanted.array ?? []).filter { faults(of: value, against: $0, at: place).isEmpty }
      return fitting.count == 1 ? [] : ["\(place): fits \(fitting.count) of oneOf"]
    case "items":
      return (value.array ?? []).enumerated().flatMap { faults(of: $1, against: wanted, at: "\(place)[\($0)]") }
    case "properties":
      return (wanted.object.map(Array.init) ?? []).flatMap { name, schema in
        value[name].map { faults(of: $0, against: schema, at: "\(place).\(name)") } ?? []
      }
    case "required":
      return (wanted.array ?? []).compactMap(\.string).filter { value.object != nil && value[$0] == nil }
        .map { "\(place).\($0): missing" }
    case "additionalProperties":
      guard wanted == false else { return ["\(place): the test knows only false"] }
      return (value.object?.keys ?? []).filter { schema["properties"]?[$0] == nil }.map { "\(place).\($0): not there" }
    default: return nil
    }
  }

  /// Nil for a word that is not known.
  private func fits(_ value: JSON, _ word: String, _ wanted: JSON) -> Bool? {
    switch word {
    case "description", "default": return true
    case "type": return (wanted.array ?? [wanted]).contains { isOf(value, $0.string ?? "") }
    case "enum": return wanted.array?.contains(value) == true
    case "const": return value == wanted
    case "minimum": return value.double.map { $0 >= wanted.double ?? 0 } ?? true
    case "maximum": return value.double.map { $0 <= wanted.double ?? 0 } ?? true
    case "minLength": return value.string.map { $0.unicodeScalars.count >= wanted.int ?? 0 } ?? true
    case "maxLength": return value.string.map { $0.unicodeScalars.count <= wanted.int ?? 0 } ?? true
    case "minItems": return value.array.map { $0.count >= wanted.int ?? 0 } ?? true
    case "maxItems": return value.array.map { $0.count <= wanted.int ?? 0 } ?? true
    case "minProperties": return value.object.map { $0.count >= wanted.int ?? 0 } ?? true
    case "maxProperties": return value.object.map { $0.count <= wanted.int ?? 0 } ?? true
    case "pattern":
      guard let text = value.string, let pattern = wanted.string else { return true }
      return (try? Regex(pattern)).map { text.contains($0) } ?? false
    case "format":
      guard let text = value.string else { return true }
      return wanted == "uuid"
        ? text.wholeMatch(of: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/) != nil : Timestamp(text) != nil
    default: return nil
    }
  }

  private func isOf(_ value: JSON, _ type: String) -> Bool {
    switch (type, value) {
    case ("string", .string), ("object", .object), ("array", .array), ("boolean", .bool), ("null", .null),
      ("number", .number):
      true
    case ("integer", .number(let text)): !text.contains(where: { ".eE".contains($0) })
    default: false
    }
  }
}
