/// Meta's error numbers, what each means and what it asks for (Meta, Messenger Platform error codes and Graph API error
/// handling). Meta prints some numbers as codes that arrive as subcodes, and the other way round, so a number is looked
/// for in either place. The English text is never looked at.
enum GraphErrorTable {
  struct Row: Sendable {
    let code: Int?
    /// One number or several; nil is the code without a subcode, or with one that is not listed.
    let subcodes: ClosedRange<Int>?
    let disposition: GraphError.Disposition
    let advice: Advice
    /// How long to wait where Meta does not say.
    let wait: Duration?
    /// Whose limit was met.
    let limit: GraphError.Limit?

    init(
      _ code: Int?, _ disposition: GraphError.Disposition, _ advice: Advice, wait: Duration? = nil,
      limit: GraphError.Limit? = nil
    ) {
      self.init(code, nil, disposition, advice, wait, limit)
    }

    init(
      _ code: Int?, _ subcode: Int, through last: Int? = nil, _ disposition: GraphError.Disposition, _ advice: Advice,
      wait: Duration? = nil, limit: GraphError.Limit? = nil
    ) {
      self.init(code, subcode...(last ?? subcode), disposition, advice, wait, limit)
    }

    private init(
      _ code: Int?, _ subcodes: ClosedRange<Int>?, _ disposition: GraphError.Disposition, _ advice: Advice,
      _ wait: Duration?, _ limit: GraphError.Limit?
    ) {
      self.code = code
      self.subcodes = subcodes
      self.disposition = disposition
      self.advice = advice
      self.wait = wait
      self.limit = limit
    }
  }

  /// What happened, as the middle of a sentence, and what the person who runs the bot can do, as a sentence.
  struct Advice: Sendable {
    let meaning: String
    let remedy: String

    init(_ meaning: String, _ remedy: String) {
      self.meaning = meaning
      self.remedy = remedy
    }
  }

  static let rows: [Row] = [troubles, limits, access, threads, people, messages, media].flatMap(\.self)

  /// The pair; then the subcode alone, in either place; then the code, in either place; then its range.
  static func row(code: Int, subcode: Int?, status: Int) -> Row {
    if let subcode, let row = pair(code, subcode) ?? lone(subcode) { return row }
    let isPermission = code == 10 || (200...299).contains(code)
    // Of a permission only the bare code is the page's own trouble: a subcode may be about one person.
    if isPermission, subcode != nil { return unlisted(code) }
    if let row = rows.first(where: { $0.code == code && $0.subcodes == nil }) ?? lone(code) { return row }
    if isPermission { return permission }
    return (500...599).contains(status) ? Row(code, .retry, Self.trouble) : unlisted(code)
  }

  private static func pair(_ code: Int, _ subcode: Int) -> Row? {
    rows.first { $0.code == code && $0.subcodes?.contains(subcode) == true }
  }

  /// Small numbers mean different things in the two places.
  private static func lone(_ number: Int) -> Row? {
    guard number > 9_999 else { return nil }
    return rows.first { $0.subcodes?.contains(number) == true }
      ?? rows.first { $0.code == number && $0.subcodes == nil }
  }

  private static func unlisted(_ code: Int) -> Row {
    Row(
      code, .drop,
      Advice("Meta refused it for a reason that is not listed here", "Look the code up in Meta's error reference."))
  }

  /// A success without a message id.
  static let noAnswer = Row(nil, .unknown, Advice("the answer says neither yes nor no", "Wait for the echo."))

  /// An answer without Meta's error body. A gateway's 502 or 504 may stand for a call that went through.
  static func row(forStatus status: Int) -> Row {
    switch status {
    case 401:
      Row(nil, .reauthorise, Advice("the token was refused", "Check the page's token, and MARTLET_GRAPH_URL."))
    case 408, 502, 504: Row(nil, .unknown, Advice("a gateway lost the answer", "Wait for the echo."))
    case 429:
      Row(nil, .slowDown, Advice("there were too many calls", tooMany.remedy), wait: .seconds(60), limit: .page)
    case 500...599: Row(nil, .retry, trouble)
    default:
      Row(nil, .retry, Advice("the answer is not the Graph API's", "Check MARTLET_GRAPH_URL."))
    }
  }
}
