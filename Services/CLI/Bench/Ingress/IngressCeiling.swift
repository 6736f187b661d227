import LocalFleet
import Postgres
import SocketLoop
import Synchronization

/// What PostgreSQL gives at best to any ingress of this shape: the same rows (event, job, contact) by batches, each
/// waiting for the disk, and nothing else: no check for a second delivery, no locks, no order, no partitions.
struct IngressCeiling: Sendable {
  let setup: IngressBenchSetup
  let database: IngressBenchDatabase

  struct Rate: Sendable {
    var events = 0
    var time = Duration.zero
    var postgres = Duration.zero
    var perSecond: Double { Double(events) / max(time / .seconds(1), 0.001) }

    static func + (left: Rate, right: Rate) -> Rate {
      Rate(
        events: left.events + right.events, time: left.time + right.time, postgres: left.postgres + right.postgres)
    }
  }

  /// Statements a connection has on the way at once, so that PostgreSQL never waits for us.
  private static let depth = 2

  func run(events: Int, series: UInt64) async throws -> Rate {
    try await prepareTables()
    // Made before the clock runs: the ceiling pays for nothing but PostgreSQL.
    let batches = stride(from: 0, to: events, by: setup.batch).map { first in
      batch(first..<min(first + setup.batch, events), series: series)
    }
    var connections: [PostgresConnection] = []
    for _ in 0..<setup.writers { connections.append(try await connect()) }
    // Prepares the statements; its rows are taken out again.
    for connection in connections { for _ in 0..<2 { try await warmUp(connection, batches[0]) } }
    let next = Counter()
    let before = try await database.processorTime()
    let start = ContinuousClock.now
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for connection in connections {
        for _ in 0..<Self.depth {
          tasks.addTask {
            while case let index = next.take(), index < batches.count { try await connection.run(batches[index]) }
          }
        }
      }
      try await tasks.waitForAll()
    }
    let time = start.duration(to: .now)
    let postgres = try await database.processorTime() - before
    for connection in connections { await connection.close() }
    try await database.run("ceiling.drop", "DROP TABLE bench_event, bench_job, bench_contact")
    return Rate(events: events, time: time, postgres: postgres)
  }

  private final class Counter: Sendable {
    private let next = Atomic(0)

    func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
  }

  private func prepareTables() async throws {
    try await database.run("ceiling.drop", "DROP TABLE IF EXISTS bench_event, bench_job, bench_contact")
    for (copy, table) in [("event", "event"), ("job", "queue_understand"), ("contact", "contact")] {
      try await database.run("ceiling.table", "CREATE TABLE bench_\(copy) (LIKE martlet.\(table) INCLUDING ALL)")
    }
    try await database.run("ceiling.index", "DROP INDEX IF EXISTS bench_job_conv_id_idx")
    try await database.knowEverybody("bench_contact")
    try await database.run("checkpoint", "CHECKPOINT")
  }

  private func connect() async throws -> PostgresConnection {
    let connection = try await PostgresConnection.connect(database.configuration("ceiling"), on: SocketLoop())
    try await connection.run([
      Statement("ceiling.sync", "SET synchronous_commit = on"), Statement("ceiling.jit", "SET jit = off"),
      Statement("ceiling.seqscan", "SET enable_seqscan = off"),
      Statement("ceiling.plans", "SET plan_cache_mode = force_generic_plan"),
    ])
    return connection
  }

  private func warmUp(_ connection: PostgresConnection, _ batch: [Statement]) async throws {
    try await connection.run(batch)
    try await connection.run([Statement("ceiling.empty", "TRUNCATE bench_event, bench_job")])
  }

  private func batch(_ numbers: Range<Int>, series: UInt64) -> [Statement] {
    let events = numbers.map { setup.event($0, series: series) }
    let persons = events.map(\.person)
    // One upsert a person, and in one order, so that two batches wait for each other and not in a circle.
    let latest = Dictionary(zip(persons, events.map(\.time)), uniquingKeysWith: max).sorted { $0.key < $1.key }
    func same(_ value: String) -> Parameter { .texts(events.map { _ in value }) }
    let page = setup.credentials.pageID
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    return [
      Statement(
        "ceiling.events",
        """
        INSERT INTO bench_event (day, app_id, page_id, kind, key, person, event_at, trace, body)
        SELECT current_date, app_id, page_id, kind, key, person, event_at, trace, body::jsonb FROM unnest(
          $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::text[])
          AS i (app_id, page_id, kind, key, person, event_at, trace, body)
        """,
        [
          same(setup.credentials.appID), same(page), same("message"), .texts(events.map(\.mid)), .texts(persons),
          .bigints(events.map(\.time)), same(trace), .texts(events.map(\.body)),
        ]),
      Statement(
        "ceiling.jobs",
        """
        INSERT INTO bench_job (lane, conv, page_id, person, kind, v, trace, payload)
        SELECT n & 63, n, page_id, person, kind, 1, trace, payload::jsonb FROM unnest(
          $1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
          AS i (n, page_id, person, kind, trace, payload)
        """,
        [
          .bigints(events.map { Int64($0.person.hashValue) }), same(page), .texts(persons), same("message"),
          same(trace), .texts(events.map(\.payload)),
        ]),
      Statement(
        "ceiling.contacts",
        """
        INSERT INTO bench_contact AS c (page_id, person, last_in_at)
        SELECT $1, person, to_timestamp(time / 1000.0) FROM unnest($2::text[], $3::bigint[]) AS i (person, time)
        ON CONFLICT (page_id, person) DO UPDATE SET last_in_at = greatest(c.last_in_at, excluded.last_in_at)
        """,
        [.text(page), .texts(latest.map(\.key)), .bigints(latest.map(\.value))]),
    ]
  }
}
