import Contracts
import Cryptography
import JSON
import LocalFleet
import Migrations
import Pages
import Postgres
import SocketLoop

/// The outbound bench's own connection: makes pages, people and jobs, and counts what was sent.
struct OutboundBenchDatabase: Sendable {
  let url: String
  let setup: OutboundBenchSetup
  private let pool: PostgresPool
  let connection: PostgresConnection

  static func open(_ url: String, _ setup: OutboundBenchSetup) async throws -> OutboundBenchDatabase {
    let loop = SocketLoop()
    let configuration = PostgresConfiguration(
      url: url, applicationName: "martlet bench control", statementTimeout: .seconds(3600))
    let connection = try await PostgresConnection.connect(configuration, on: loop)
    try await connection.run(Statement("quiet", "SET client_min_messages = warning"))
    _ = try await Migrations.run(on: connection)
    let database = OutboundBenchDatabase(
      url: url, setup: setup, pool: PostgresPool(configuration, limit: 1, on: loop), connection: connection)
    guard try await database.left() == 0 else {
      throw ToolError(
        code: .bench, doing: "measure on this database", cause: "its queue holds jobs", remedy: "name an empty one")
    }
    try await database.makePages()
    return database
  }

  @discardableResult
  private func run(_ name: String, _ sql: String, _ parameters: [Parameter] = []) async throws -> Rows {
    try await connection.run(Statement(name, sql, parameters))
  }

  private func makePages() async throws {
    let keys = try SealingKeys(json: setup.credentials.keys.serialized())
    for page in 0..<setup.pages {
      try await PageToken.store(
        setup.token(page), pageID: setup.pageID(page), appID: setup.credentials.appID, name: "Page \(page)",
        rule: .hold, keys: keys, in: pool)
    }
    try await run(
      "people",
      """
      INSERT INTO martlet.contact (page_id, person, last_in_at, profile_state)
      SELECT i.page_id, i.person, now(), 'known' FROM unnest($1::text[], $2::text[]) AS i (page_id, person)
      """,
      [
        .texts((0..<setup.people).map { setup.pageID(setup.page(ofPerson: $0)) }),
        .texts((0..<setup.people).map(setup.person)),
      ])
  }

  /// Puts a run's jobs into the queue while it is paused, so that all of them stand there when it begins.
  func fill(_ count: Int) async throws {
    try await run("clear", "TRUNCATE martlet.message, martlet.send_attempt, martlet.send_outcome")
    try await run("pause", "SELECT martlet.queue_pause_set('send', 'bench', NULL)")
    for start in stride(from: 0, to: count, by: 5000) {
      let numbers = start..<min(start + 5000, count)
      let payloads = try numbers.map { number in
        SendJob(messageID: randomID(), message: try setup.message(number)).payload.serialized()
      }
      try await run(
        "fill",
        """
        SELECT martlet.queue_send_put($1::text[], $2::text[], array_fill($3::text, ARRAY[$5::int]),
          array_fill($4::smallint, ARRAY[$5::int]), array_fill(NULL::text, ARRAY[$5::int]), $6::text[])
        """,
        [
          .texts(numbers.map { setup.pageID(setup.page(ofPerson: $0)) }), .texts(numbers.map(setup.person)),
          .text(SendJob.kind), .int(SendJob.version), .int(numbers.count), .texts(payloads),
        ])
    }
    try await run("analyze", "VACUUM (ANALYZE) martlet.queue_send, martlet.contact")
    try await run("checkpoint", "CHECKPOINT")
  }

  func release() async throws { try await run("resume", "SELECT martlet.queue_pause_end('send')") }

  func left() async throws -> Int {
    try await run("left", "SELECT count(*) AS n FROM martlet.queue_send")[0].int("n")
  }

  /// What the ledger says of a run: how many were sent, and the time from the first attempt to the last outcome.
  func sent() async throws -> (count: Int, time: Duration) {
    let row = try await run(
      "sent",
      """
      SELECT count(*) FILTER (WHERE m.state = 'sent') AS sent,
        COALESCE((extract(epoch FROM max(m.sent_at) - (SELECT min(a.at) FROM martlet.send_attempt a)) * 1000000)::bigint,
          0) AS microseconds
      FROM martlet.message m
      """)[0]
    return (try row.int("sent"), .microseconds(try row.int64("microseconds")))
  }

  func flushTime() async throws -> Double { try await BenchDatabase(connection: connection).flushTime() }
}
