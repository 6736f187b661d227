/// Tells what was being done with PostgreSQL, what came back, and what a person can do about it.
///
/// `description` holds no parameter, no row and no text of the server's own that could quote one: it is safe to show.
/// `String(reflecting:)` adds the server's message, for a debug log.
package struct PostgresError: Error, Sendable {
  package enum Code: String, Sendable {
    /// No connection could be made.
    case connect
    /// The connection broke while work was under way; whether it took effect is open.
    case connectionLost
    /// No answer within the time allowed; the connection is given up.
    case timeout
    /// The server refused the statement; ``PostgresError/sqlState`` says why.
    case server
    /// Every connection of the pool stayed in use for the whole time that was allowed for waiting.
    case poolExhausted
    /// A column is missing, NULL, or not of the type that was asked for.
    case decoding
  }

  package let code: Code
  /// What was being done: the name of the statement, or of the step.
  package let operation: String
  /// Five characters, Appendix A of PostgreSQL's manual.
  package let sqlState: String?
  package let constraint: String?
  let detail: String?

  package init(
    code: Code, operation: String, sqlState: String? = nil, constraint: String? = nil, detail: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.sqlState = sqlState
    self.constraint = constraint
    self.detail = detail
  }

  package var remedy: String {
    switch code {
    case .connect: "Check that PostgreSQL runs and that MARTLET_DATABASE_URL names it."
    case .connectionLost: "PostgreSQL ended the connection; the work is tried again once it answers."
    case .timeout: "Look for a lock or an overloaded server: SELECT * FROM pg_stat_activity."
    case .poolExhausted: "Raise the pool's size, or look for transactions that stay open."
    case .server where sqlState == "42P01" || sqlState == "42883" || sqlState == "3F000":
      "The schema is older than this service: run `martlet migrate`."
    case .server: "Look the SQLSTATE up in PostgreSQL's manual, Appendix A."
    case .decoding: "The schema and this service disagree: run `martlet migrate`."
    }
  }

  /// Whether the same may be tried again as it stands: the server was out of reach, or this one gave way to another,
  /// as against refusing the statement.
  package var isUnavailable: Bool {
    switch code {
    case .connect, .connectionLost, .timeout, .poolExhausted: true
    // Class 57P: shutting down or starting up; class 53: out of resources; 25006: a standby. 40001 and 40P01: gave way
    // to another transaction; 55P03: waited for a lock too long; 57014: cancelled by an operator.
    case .server:
      sqlState.map {
        $0.hasPrefix("57P") || $0.hasPrefix("53") || ["25006", "40001", "40P01", "55P03", "57014"].contains($0)
      } ?? false
    case .decoding: false
    }
  }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
  package var description: String {
    var text = "PostgreSQL, \(operation): \(code.rawValue)"
    if let sqlState { text += ", SQLSTATE \(sqlState)" }
    if let constraint { text += ", constraint \(constraint)" }
    // What libpq says of a connection names host, port, user and database, and never a password.
    if code == .connect, let detail { text += " (\(detail))" }
    return text + ". " + remedy
  }

  package var debugDescription: String {
    detail.map { "\(description) [\($0)]" } ?? description
  }
}
