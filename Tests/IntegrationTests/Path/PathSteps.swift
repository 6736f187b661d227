import JobQueue
import Postgres
import TestKit

/// One event as ingress hands it to `martlet.ingest`.
struct IngestRow {
  var app = "app"
  var queue: QueueName? = .understand
  var page = "1"
  var person = "ann"
  var kind = "message"
  var key = "m1"
  var time: Int64 = 1_700_000_000_000
  /// As in `martlet.ingest`: 1 opens the window, 2 wants the profile, 4 somebody else answered, 8 makes known.
  var effects = 3
  var owner: String?
  var payload = "{}"
  var note: String?
}

/// Ids for tests that read well: `uuid(7)`.
func uuid(_ number: Int) -> String {
  let digits = String(number)
  return "00000000-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
}

extension TestDatabase {
  @discardableResult
  func ask(_ sql: String, _ parameters: Parameter...) async throws -> Rows {
    try await pool.run(Statement("test", sql, parameters))
  }

  /// The first column called `v` of each row.
  func texts(_ sql: String, _ parameters: Parameter...) async throws -> [String?] {
    try await pool.run(Statement("test", sql, parameters)).map { try $0.optionalString("v") }
  }

  func ingest(_ rows: IngestRow..., takeover: Duration = .seconds(1800)) async throws -> Int {
    try await ingest(rows, takeover: takeover).int("accepted")
  }

  func ingest(_ rows: [IngestRow], takeover: Duration = .seconds(1800)) async throws -> Row {
    let targets = rows.map { row in QueueTarget(.understand, pageID: row.page, person: row.person) }
    let noted = rows.indices.filter { rows[$0].note != nil }
    let ingest = Statement(
      "ingest",
      """
      SELECT * FROM martlet.ingest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::smallint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::interval)
      """,
      [
        .texts(rows.map(\.app)), .texts(rows.map { $0.queue?.rawValue }), .texts(rows.map(\.page)),
        .texts(rows.map(\.person)), .texts(rows.map(\.kind)), .texts(rows.map(\.key)), .bigints(rows.map(\.time)),
        .smallints(rows.map(\.effects)), .texts(rows.map(\.owner)), .texts(rows.map { _ in String?.none }),
        .texts(rows.map { _ in "{}" }), .texts(rows.map(\.payload)), .bigints(noted.map { Int64($0 + 1) }),
        .texts(noted.map { rows[$0].note }), .interval(takeover),
      ])
    return try await pool.run([QueueStatements.lock(targets), ingest])[1][0]
  }

  /// Takes every lane of a queue, as a worker does; the epoch that they are held under.
  func lease(_ queue: QueueName, by worker: String) async throws -> Int64 {
    let rows = try await ask(
      "SELECT lane, epoch FROM martlet.queue_lease($1, $2::uuid, interval '10 s', '{}') ORDER BY lane",
      .text(queue.rawValue), .text(worker))
    let epochs = Set(try rows.map { try $0.int64("epoch") })
    precondition(rows.count == 64 && epochs.count == 1, "the lanes are somebody else's")
    return epochs.first!
  }

  /// Parks a person's conversation for an hour, as its lane's owner does.
  func park(_ queue: QueueName, person: String, for reason: ParkReason) async throws {
    try await ask(
      """
      INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
      SELECT $1, c, martlet.lane(c), '1', $2, now() + interval '1 hour', $3 FROM martlet.conv('1', $2) AS c
      """, .text(queue.rawValue), .text(person), .text(reason.rawValue))
  }

  /// Who waits and is not due: `queue:person:reason`.
  func waiting() async throws -> [String?] {
    try await texts(
      """
      SELECT queue || ':' || person || ':' || reason AS v FROM martlet.queue_parked
      WHERE until > clock_timestamp() ORDER BY 1
      """)
  }
}
