internal import Postgres

/// A job that failed for good, without its payload, which holds people's words.
package struct DeadLetter: Sendable {
  package let queue: QueueName
  package let id: Int64
  package let pageID: String
  package let person: String
  package let kind: String
  package let version: Int
  package let attempts: Int
  package let trace: String?
  /// UTC, RFC 3339.
  package let enqueuedAt: String
  package let diedAt: String
  /// Since it died.
  package let age: Duration
  package let error: String?

  init(_ row: Row) throws {
    let name = try row.string("queue")
    guard let queue = QueueName(rawValue: name) else {
      throw PostgresError(code: .decoding, operation: "reading the dead letters of \(name)")
    }
    self.queue = queue
    id = try row.int64("id")
    pageID = try row.string("page_id")
    person = try row.string("person")
    kind = try row.string("kind")
    version = try row.int("v")
    attempts = try row.int("attempts")
    trace = try row.optionalString("trace")
    enqueuedAt = try row.string("enqueued")
    diedAt = try row.string("died")
    age = try row.duration("age") ?? .zero
    error = try row.optionalString("error")
  }
}

/// Which dead letters are meant; what is nil means any.
package struct DeadLetterFilter: Sendable {
  package var queue: QueueName?
  /// Of that queue.
  package var ids: [Int64] = []
  package var pageID: String?
  package var person: String?
  package var kind: String?
  /// Died longer ago than this.
  package var olderThan: Duration?
  /// Died less long ago than this.
  package var newerThan: Duration?
  /// Stands in the error; capitals do not matter and `*` is any text.
  package var error: String?

  package init() {}

  /// Means every dead letter there is.
  package var isEmpty: Bool {
    queue == nil && ids.isEmpty && pageID == nil && person == nil && kind == nil && olderThan == nil
      && newerThan == nil && error == nil
  }

  /// For PostgreSQL's ILIKE.
  var errorPattern: String? {
    error.map { text in
      let quoted = text.map { "\\%_".contains($0) ? "\\\($0)" : $0 == "*" ? "%" : String($0) }
      return "%\(quoted.joined())%"
    }
  }
}
