import HTTPClient
import JSON

/// Why the Graph API did not do what it was asked, and what to do about it. Meta's own sentences are not kept: they
/// change from year to year and may quote a token.
package struct GraphError: Error, Sendable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case sendMessage = "Sending a message"
    case readProfile = "Reading a profile"
    case controlThread = "Changing who leads a thread"
    case readConversation = "Reading a conversation"
    case readMessengerProfile = "Reading the page's profile"
    case changeMessengerProfile = "Changing the page's profile"
    case readTemplates = "Reading the page's templates"
    case makeTemplate = "Making a template"
    case removeTemplate = "Removing a template"
  }

  /// What the caller does next.
  package enum Disposition: String, Sendable {
    /// Try again, with growing pauses.
    case retry
    /// The page or the app makes too many calls: `PageRates` has learned it and says when to go on.
    case slowDown
    /// Meta keeps the page from sending: keep everything and try again when `PageRates` says. A new token is no help.
    case parkPage
    /// The token is dead or lacks a permission: keep everything until a person brings a new one.
    case reauthorise
    /// This message will never be taken.
    case drop
    /// The message may have been sent.
    case unknown
    /// Another app or a person leads this conversation: keep its messages until it comes back.
    case parkConversation
  }

  /// Whose limit of calls was met.
  package enum Limit: Sendable {
    case page
    /// All pages of the app share it.
    case app
  }

  package let operation: Operation
  /// Meta's `error.code`; nil when the answer was none of Meta's, or none came.
  package let code: Int?
  package let subcode: Int?
  /// For Meta's support.
  package let fbtraceID: String?
  package let httpStatus: Int?
  /// How long Meta or the table says to wait.
  package let retryAfter: Duration?
  package internal(set) var disposition: Disposition
  /// Set where the trouble is the number of calls, or a block of the whole page.
  package let limit: Limit?
  /// What happened, as the middle of a sentence: fixed text without query, headers or body.
  package let meaning: String
  /// What the person who runs the bot can do.
  package let remedy: String

  package var description: String {
    var facts: [String] = []
    if let code { facts.append("code \(code)" + (subcode.map { "/\($0)" } ?? "")) }
    if let httpStatus { facts.append("HTTP \(httpStatus)") }
    if let fbtraceID { facts.append("fbtrace_id \(fbtraceID)") }
    let numbers = facts.isEmpty ? "" : " (\(facts.joined(separator: ", ")))"
    return "\(operation.rawValue) failed: \(meaning)\(numbers). \(remedy)"
  }
}

extension GraphError {
  /// An answer that is not a yes.
  init(_ operation: Operation, _ response: HTTPClientResponse, body: JSON?) {
    guard let error = body?["error"], let code = error["code"]?.number else {
      self.init(operation, response, GraphErrorTable.row(forStatus: response.status))
      return
    }
    let subcode = error["error_subcode"]?.number
    let row = GraphErrorTable.row(code: code, subcode: subcode, status: response.status)
    self.init(operation, response, row, code: code, subcode: subcode, fbtraceID: error["fbtrace_id"]?.traceID)
  }

  init(
    _ operation: Operation, _ response: HTTPClientResponse, _ row: GraphErrorTable.Row, code: Int? = nil,
    subcode: Int? = nil, fbtraceID: String? = nil
  ) {
    // Only of calls that were too many do the headers tell how long to wait.
    let isAsked = row.limit != nil || code == nil
    self.init(
      operation: operation, code: code, subcode: subcode, fbtraceID: fbtraceID, httpStatus: response.status,
      retryAfter: isAsked ? UsageHeaders.wait(response) ?? row.wait : row.wait, disposition: row.disposition,
      limit: row.limit, meaning: row.advice.meaning, remedy: row.advice.remedy)
  }

  /// No answer at all.
  init(_ operation: Operation, disposition: Disposition, unanswered error: HTTPClientError) {
    self.init(
      operation, disposition, "no answer came, \(error)",
      remedy: disposition == .unknown ? "Wait for the echo." : "Nothing to do: it is tried again.")
  }

  init(_ operation: Operation, notAnID what: String) {
    self.init(operation, .drop, "the \(what)'s id or the body is not what Meta takes", remedy: "Use Meta's own id.")
  }

  private init(_ operation: Operation, _ disposition: Disposition, _ meaning: String, remedy: String) {
    self.init(
      operation: operation, code: nil, subcode: nil, fbtraceID: nil, httpStatus: nil, retryAfter: nil,
      disposition: disposition, limit: nil, meaning: meaning, remedy: remedy)
  }
}

extension JSON {
  /// Meta writes numbers in quotes here and there.
  fileprivate var number: Int? { int ?? string.flatMap { Int($0) } }

  fileprivate var traceID: String? {
    guard let string, (1...64).contains(string.utf8.count) else { return nil }
    return string.utf8.allSatisfy { (0x21...0x7E).contains($0) } ? string : nil
  }
}
