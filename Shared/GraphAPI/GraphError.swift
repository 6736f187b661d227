import HTTPClient
import JSON

/// Why the Graph API did not do what it was asked, and what to do about it. Meta's own sentences are not kept: they
/// change from year to year and may quote a token.
package struct GraphError: Error, Sendable, CustomStringConvertible {
  package enum Operation: String, Sendable {
    case sendMessage = "Sending a message"
    case readProfile = "Reading a profile"
  }

  /// What the caller does next.
  package enum Disposition: String, Sendable {
    /// Try again, with growing pauses.
    case retry
    /// The page or the app makes too many calls: pause the page's sends, for `retryAfter` where it is known.
    case slowDown
    /// The token is dead or the page may not send: keep everything until a person acts.
    case parkPage
    /// This message will never be taken.
    case drop
    /// The message may have been sent.
    case unknown
    /// Another app or a person leads this conversation: keep its messages until it comes back.
    case parkConversation
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
  package let remedy: String
  /// Why no answer came: a fixed text without query, headers or body.
  package let cause: String?

  package var description: String {
    var facts: [String] = []
    if let code { facts.append("code \(code)" + (subcode.map { "/\($0)" } ?? "")) }
    if let httpStatus { facts.append("HTTP \(httpStatus)") }
    if let fbtraceID { facts.append("fbtrace_id \(fbtraceID)") }
    if let cause { facts.append(cause) }
    return "\(operation.rawValue) failed: \(facts.joined(separator: ", ")). \(remedy)"
  }
}

extension GraphError {
  /// An answer that is not a yes.
  init(_ operation: Operation, _ response: HTTPClientResponse, body: JSON?) {
    guard let error = body?["error"], let code = error["code"]?.number else {
      let row = GraphErrorTable.row(forStatus: response.status)
      self.init(
        operation, response, disposition: row.disposition, remedy: row.remedy,
        retryAfter: UsageHeaders.wait(response) ?? row.wait)
      return
    }
    let subcode = error["error_subcode"]?.number
    let row = GraphErrorTable.row(code: code, subcode: subcode, status: response.status)
    self.init(
      operation, response, disposition: row.disposition, remedy: row.remedy, code: code, subcode: subcode,
      fbtraceID: error["fbtrace_id"]?.traceID,
      retryAfter: row.disposition == .slowDown ? UsageHeaders.wait(response) ?? row.wait : row.wait)
  }

  init(
    _ operation: Operation, _ response: HTTPClientResponse, disposition: Disposition, remedy: String, code: Int? = nil,
    subcode: Int? = nil, fbtraceID: String? = nil, retryAfter: Duration? = nil
  ) {
    self.init(
      operation: operation, code: code, subcode: subcode, fbtraceID: fbtraceID, httpStatus: response.status,
      retryAfter: retryAfter, disposition: disposition, remedy: remedy, cause: nil)
  }

  /// No answer at all.
  init(_ operation: Operation, disposition: Disposition, unanswered error: HTTPClientError) {
    self.init(
      operation: operation, code: nil, subcode: nil, fbtraceID: nil, httpStatus: nil, retryAfter: nil,
      disposition: disposition, remedy: disposition == .unknown ? "Wait for the echo." : "Try again later.",
      cause: error.description)
  }

  init(_ operation: Operation, notAnID what: String) {
    self.init(
      operation: operation, code: nil, subcode: nil, fbtraceID: nil, httpStatus: nil, retryAfter: nil,
      disposition: .drop, remedy: "Use Meta's own id.", cause: "the \(what)'s id or the body is not what Meta takes")
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
