/// A JSON value that loses nothing on the way through: object members keep their order and numbers their spelling,
/// because Meta sends ids as numbers of 17 digits and more, which a `Double` would round.
package enum JSON: Sendable, Hashable {
  case null
  case bool(Bool)
  /// The literal as it was written, such as `1700000000123` or `1e3`. Two spellings of one number are not equal.
  case number(String)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  package init(_ value: some BinaryInteger) {
    self = .number(String(value))
  }

  /// JSON has no infinity and no NaN: they become `null`.
  package init(_ value: Double) {
    self = value.isFinite ? .number(value.description) : .null
  }

  package subscript(key: String) -> JSON? {
    object?[key]
  }

  package subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }

  package var isNull: Bool { self == .null }

  package var string: String? {
    guard case .string(let value) = self else { return nil }
    return value
  }

  package var bool: Bool? {
    guard case .bool(let value) = self else { return nil }
    return value
  }

  package var array: [JSON]? {
    guard case .array(let value) = self else { return nil }
    return value
  }

  package var object: JSONObject? {
    guard case .object(let value) = self else { return nil }
    return value
  }

  /// A string, or a number as it was written: Meta writes one id now as the one, now as the other.
  package var text: String? {
    switch self {
    case .string(let value), .number(let value): value
    default: nil
    }
  }

  /// A whole number, also when written as `1e3` or `5.0` (up to 2^53 then); nil when it does not fit.
  package var int64: Int64? {
    guard case .number(let literal) = self else { return nil }
    if let exact = Int64(literal) { return exact }
    guard let value = double, value.magnitude <= 9_007_199_254_740_992 else { return nil }
    guard literal.utf8.contains(where: { $0 == 0x2E || $0 | 0x20 == 0x65 }) else { return nil }
    return Int64(exactly: value)
  }

  package var int: Int? {
    int64.flatMap { Int(exactly: $0) }
  }

  /// nil when the literal lies outside what a `Double` can hold.
  package var double: Double? {
    guard case .number(let literal) = self, let value = Double(literal), value.isFinite else { return nil }
    return value
  }
}
