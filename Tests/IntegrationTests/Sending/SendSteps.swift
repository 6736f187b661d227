import JobQueue
import Postgres
import TestKit

/// A send job as it stands in its lane, with the message that it carries.
struct SendRow {
  let lane: Int
  let id: Int64
  let person: String
  let message: String
}

/// On what terms a message goes, as the sender tells the ledger.
struct Terms {
  var window: Duration?
  var token: String?
  var yields = false
  var isHuman = false

  static let reply = Terms(window: .seconds(24 * 3600), yields: true)
  static let update = Terms(window: .seconds(24 * 3600))
  static let utility = Terms()
}

/// A worker that holds the lanes of `send`, with the steps it takes.
struct SendWorker {
  let id: String
  let epoch: Int64
  let database: TestDatabase

  static func start(in database: TestDatabase) async throws -> SendWorker {
    let id = testWorker()
    return SendWorker(id: id, epoch: try await database.lease(.send, by: id), database: database)
  }

  func put(_ number: Int, to person: String = "ann") async throws -> SendRow {
    let target = QueueTarget(.send, pageID: "1", person: person)
    let job = NewJob(
      target, kind: "message", version: 1, trace: nil, payload: "{\"message_id\": \"\(uuid(number))\"}")
    try await database.pool.run([QueueStatements.lock([target])] + QueueStatements.put([job]))
    let row = try await database.ask("SELECT lane, id FROM martlet.queue_send ORDER BY id DESC LIMIT 1")[0]
    return SendRow(lane: try row.int("lane"), id: try row.int64("id"), person: person, message: uuid(number))
  }

  /// What the ledger says of each: that it was started, or the state and the earlier attempt.
  func attempt(
    _ rows: [SendRow], as attempt: Int, epoch: Int64? = nil, by worker: String? = nil, resends: Int? = nil,
    _ terms: Terms = .utility, takeover: Duration = .zero
  ) async throws -> [String] {
    try await database.ask(
      """
      SELECT * FROM martlet.send_attempts($1::uuid, $2::smallint[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
        $7::uuid[], $8::uuid[], $9::uuid[], $10::text[], $11::text[], $12::bigint[], $13::text[], $14::boolean[],
        $15::boolean[], $16::interval)
      """, .text(worker ?? id), .array(rows.map(\.lane)), .array(rows.map { _ in epoch ?? self.epoch }),
      .array(rows.map(\.id)), .array(rows.map { _ in Optional("1") }), .array(rows.map { Optional($0.person) }),
      .array(rows.map { Optional($0.message) }), .array(rows.indices.map { Optional(uuid(attempt + $0)) }),
      .array(rows.map { _ in resends.map(uuid) }), .array(rows.map { _ in String?.none }),
      .texts(rows.map { _ in "{\"kind\":\"update\"}" }),
      .array(rows.map { _ in terms.window.map { "\(Int64($0 / .milliseconds(1)))" } }),
      .texts(rows.map { _ in terms.token }), .array(rows.map { _ in Optional(terms.yields ? "t" : "f") }),
      .array(rows.map { _ in Optional(terms.isHuman ? "t" : "f") }), .interval(takeover)
    ).map { row in
      let state = try row.string("state")
      let isKnown = ["sending", "unknown", "sent", "delivered", "read", "refused", "held", "cancelled"]
        .contains(state)
      return isKnown ? "\(state) \(try row.string("attempt_id").suffix(3))" : state
    }
  }

  func outcome(_ message: Int, attempt: Int, _ state: String, mid: String? = nil) async throws {
    try await database.ask(
      """
      SELECT martlet.send_outcomes('{1}', $1::uuid[], $2::uuid[], $3::text[], $4::text[], '{NULL}', '{NULL}', '{NULL}',
        '{NULL}')
      """, .array([Optional(uuid(message))]), .array([Optional(uuid(attempt))]), .array([Optional(state)]),
      .array([mid]))
  }

  func echo(_ message: Int, attempt: Int, mid: String, person: String = "ann") async throws {
    let target = QueueTarget(.send, pageID: "1", person: person)
    try await database.pool.run([
      QueueStatements.lock([target]),
      Statement(
        "echo", "SELECT martlet.receipt_echoes('{1}', $1::text[], $2::uuid[], $3::uuid[], $4::text[])",
        [
          .array([Optional(person)]), .array([Optional(uuid(message))]), .array([Optional(uuid(attempt))]),
          .array([Optional(mid)]),
        ]),
    ])
  }

  /// - Parameter mids: What a delivery names.
  func watermark(
    _ state: String, _ milliseconds: Int64, person: String = "ann", mids: [String] = []
  ) async throws {
    let named = mids.isEmpty ? nil : "[\(mids.map { "\"\($0)\"" }.joined(separator: ","))]"
    try await database.ask(
      "SELECT martlet.receipt_watermarks('{1}', $1::text[], $2::text[], $3::bigint[], $4::text[])",
      .array([Optional(person)]), .array([Optional(state)]), .array([milliseconds]), .texts([named]))
  }

  /// A person on the page, who last wrote so long ago; nil: never.
  func contact(_ person: String = "ann", wrote age: Duration?) async throws {
    try await database.ask(
      """
      INSERT INTO martlet.contact (page_id, person, last_in_at) VALUES ('1', $1, clock_timestamp() - $2::interval)
      ON CONFLICT (page_id, person) DO UPDATE SET last_in_at = excluded.last_in_at
      """, .text(person), age.map { .interval($0) } ?? .text(nil))
  }

  /// Keeps a message back, with the words of its job.
  func hold(_ number: Int) async throws {
    try await database.ask(
      """
      SELECT martlet.send_hold('{1}', $1::uuid[], '{message}', '{1}', '{NULL}', $2::text[])
      """, .array([Optional(uuid(number))]),
      .texts(["{\"message_id\": \"\(uuid(number))\", \"message\": {\"text\": \"words\"}}"]))
  }

  func finish(_ row: SendRow) async throws {
    try await database.ask("DELETE FROM martlet.queue_send WHERE id = $1", .int(row.id))
  }

  /// State, message id at Meta, and who settled it.
  func message(_ number: Int) async throws -> String? {
    try await database.texts(
      "SELECT concat_ws(' ', state, mid, settled_by) AS v FROM martlet.message WHERE id = $1::uuid",
      .text(uuid(number))
    ).first ?? nil
  }

  func set(_ number: Int, _ state: String) async throws {
    try await database.ask(
      "UPDATE martlet.message SET state = $2 WHERE id = $1::uuid", .text(uuid(number)), .text(state))
  }

  /// When the message's latest attempt was made, in milliseconds since 1970, rounded up.
  func time(of number: Int) async throws -> Int64 {
    try await database.ask(
      "SELECT ceil(extract(epoch FROM attempt_at) * 1000)::bigint AS n FROM martlet.message WHERE id = $1::uuid",
      .text(uuid(number)))[0].int64("n")
  }
}
