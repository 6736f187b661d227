import JSON

/// One member of a call's body on its way through the rules: what an error calls it, and what it holds. Null counts as
/// missing, as at Meta.
struct Field {
  let name: String
  let json: JSON?
  let limits: LimitTable<SendLimit>

  init(_ name: String, _ json: JSON?, _ limits: LimitTable<SendLimit>) {
    self.name = name
    self.json = json == .null ? nil : json
    self.limits = limits
  }

  subscript(member: String) -> Field { Field(member, json?[member], limits) }
  var isPresent: Bool { json != nil }

  // MARK: What it must hold

  /// A text within the limit; one that may be empty may also be missing.
  @discardableResult
  func text(_ limit: SendLimit) throws(GraphError) -> String {
    guard json != nil || limits[limit].lowerBound == 0 else { throw required }
    guard let text = json == nil ? "" : json?.text else { throw .badParameter("param \(name) must be a string.") }
    try check(text, limit)
    return text
  }

  func optionalText(_ limit: SendLimit) throws(GraphError) {
    if isPresent { try text(limit) }
  }

  /// A text that is not empty, of any length.
  @discardableResult
  func anyText() throws(GraphError) -> String {
    guard let text = json?.text, !text.isEmpty else { throw required }
    return text
  }

  @discardableResult
  func one(of names: Set<String>) throws(GraphError) -> String {
    guard let text = json?.string, names.contains(text) else {
      throw .badParameter("param \(name) must be one of {\(names.sorted().joined(separator: ", "))}")
    }
    return text
  }

  /// The elements of an array with as many as the limit allows; a missing one has none.
  @discardableResult
  func items(_ limit: SendLimit) throws(GraphError) -> [Field] {
    guard let items = json == nil ? [] : json?.array else { throw .badParameter("param \(name) must be an array.") }
    let range = limits[limit]
    guard range.contains(items.count) else {
      throw .badParameter("param \(name) must have \(range.lowerBound) to \(range.upperBound) elements")
    }
    return items.map { Field(name, $0, limits) }
  }

  /// A whole number within the limit, also in quotes; missing is fine.
  func number(_ limit: SendLimit) throws(GraphError) {
    guard isPresent else { return }
    guard let number = json?.int ?? json?.string.flatMap({ Int($0) }), limits[limit].contains(number) else {
      throw .badParameter("param \(name) must lie in \(limits[limit].lowerBound) to \(limits[limit].upperBound)")
    }
  }

  @discardableResult
  func url(secure: Bool = false) throws(GraphError) -> String {
    guard let url = json?.string, url.hasPrefix("https://") || (!secure && url.hasPrefix("http://")) else {
      throw .badParameter("param \(name) must be a valid URL\(secure ? " with https" : "")")
    }
    return url
  }

  var required: GraphError { .badParameter("The parameter \(name) is required") }

  private func check(_ text: String, _ limit: SendLimit) throws(GraphError) {
    let range = limits[limit]
    // UTF-8 is never shorter than UTF-16: the cheap count settles nearly every message.
    if range.lowerBound <= (text.isEmpty ? 0 : 1), text.utf8.count <= range.upperBound { return }
    guard range.contains(text.utf16.count) else {
      throw .badParameter("Length of param \(name) must lie in \(range.lowerBound) to \(range.upperBound)")
    }
  }
}
