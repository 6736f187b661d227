/// Meta's error numbers and what each asks for (Meta, Messenger Platform error codes and Graph API error handling).
/// Meta prints some numbers as codes that arrive as subcodes, and the other way round, so a number is looked for in
/// either place. The English text is never looked at.
enum GraphErrorTable {
  struct Row: Sendable {
    let code: Int?
    let subcode: Int?
    let disposition: GraphError.Disposition
    let remedy: String
    let wait: Duration?

    init(
      _ code: Int?, _ subcode: Int?, _ disposition: GraphError.Disposition, _ remedy: String, wait: Duration? = nil
    ) {
      self.code = code
      self.subcode = subcode
      self.disposition = disposition
      self.remedy = remedy
      self.wait = wait
    }
  }

  /// The pair; then the subcode alone, in either place; then the code, in either place; then its range.
  static func row(code: Int, subcode: Int?, status: Int) -> Row {
    if let subcode, let row = rows.first(where: { $0.code == code && $0.subcode == subcode }) ?? lone(subcode) {
      return row
    }
    let isPermission = code == 10 || (200...299).contains(code)
    // Of a permission only the bare code is the page's own trouble: a subcode may be about one person.
    if isPermission, subcode != nil { return unlisted(code) }
    if let row = rows.first(where: { $0.code == code && $0.subcode == nil }) ?? lone(code) { return row }
    if isPermission { return permission }
    return (500...599).contains(status)
      ? Row(code, nil, .retry, "Meta has a problem of its own: try again later.") : unlisted(code)
  }

  /// Small numbers mean different things in the two places.
  private static func lone(_ number: Int) -> Row? {
    guard number > 9_999 else { return nil }
    return rows.first { $0.subcode == number } ?? rows.first { $0.code == number && $0.subcode == nil }
  }

  private static func unlisted(_ code: Int) -> Row {
    Row(code, nil, .drop, "Look the code up in Meta's error reference.")
  }

  /// An answer without Meta's error body. A gateway's 502 or 504 may stand for a call that went through.
  static func row(forStatus status: Int) -> Row {
    switch status {
    case 401: Row(nil, nil, .parkPage, "The token was refused: check it, and MARTLET_GRAPH_URL.")
    case 408, 502, 504: Row(nil, nil, .unknown, "A gateway lost the answer: wait for the echo.")
    case 429: Row(nil, nil, .slowDown, "Make fewer calls.", wait: .seconds(60))
    case 500...599: Row(nil, nil, .retry, "Meta has a problem of its own: try again later.")
    default: Row(nil, nil, .retry, "The answer is not the Graph API's: check MARTLET_GRAPH_URL.")
    }
  }

  static let permission = Row(
    200, nil, .parkPage, "A permission is missing: let the page's owner connect the page again.")
}
