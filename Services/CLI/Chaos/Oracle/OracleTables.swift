import JobQueue
import Postgres

/// What the oracle knows, in a schema of its own beside the queue's: what was put in, what came out, who is known.
enum OracleTables {
  static let make = [
    Statement("oracle.schema", "CREATE SCHEMA chaos"),
    // Nothing here refuses a second effect: that it never comes is what is looked at.
    Statement(
      "oracle.effect",
      """
      CREATE TABLE chaos.effect (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person text NOT NULL,
        n int NOT NULL, worker int NOT NULL, epoch bigint NOT NULL)
      """),
    Statement(
      "oracle.sent",
      """
      CREATE TABLE chaos.sent (person text, n int, mood text NOT NULL, batch uuid NOT NULL, PRIMARY KEY (person, n))
      """),
    Statement("oracle.batches", "CREATE INDEX ON chaos.sent (batch)"),
    Statement("oracle.known", "CREATE TABLE chaos.known (person text, n int, PRIMARY KEY (person, n))"),
  ]

  /// The last number of each conversation. Read under the lane locks, so that numbers rise in commit order; nothing but
  /// those locks sees to it.
  static func lastNumbers(_ persons: [String]) -> Statement {
    Statement(
      "oracle.last",
      """
      SELECT i.person, COALESCE((SELECT max(s.n) FROM chaos.sent s WHERE s.person = i.person), 0) AS last
      FROM unnest($1::text[]) AS i (person)
      """, [.array(persons.map { Optional($0) })])
  }

  static func sent(_ jobs: [(person: String, job: ChaosJob)], batch: String) -> Statement {
    Statement(
      "oracle.sent",
      """
      INSERT INTO chaos.sent (person, n, mood, batch)
      SELECT i.person, i.n, i.mood, $4::uuid FROM unnest($1::text[], $2::int[], $3::text[]) AS i (person, n, mood)
      """,
      [
        .array(jobs.map { Optional($0.person) }), .array(jobs.map(\.job.number)),
        .array(jobs.map { Optional($0.job.mood.rawValue) }), .text(batch),
      ])
  }

  static func landed(_ batch: String) -> Statement {
    Statement("oracle.landed", "SELECT FROM chaos.sent WHERE batch = $1::uuid LIMIT 1", [.text(batch)])
  }

  static func effects(_ done: [(person: String, number: Int, epoch: Int64)], by worker: Int) -> Statement {
    Statement(
      "oracle.effects",
      """
      INSERT INTO chaos.effect (person, n, worker, epoch)
      SELECT i.person, i.n, $4::int, i.epoch
      FROM unnest($1::text[], $2::int[], $3::bigint[]) WITH ORDINALITY AS i (person, n, epoch, place) ORDER BY i.place
      """,
      [
        .array(done.map { Optional($0.person) }), .array(done.map(\.number)), .array(done.map(\.epoch)), .int(worker),
      ])
  }

  static func isKnown(_ person: String, _ number: Int) -> Statement {
    Statement(
      "oracle.known", "SELECT FROM chaos.known WHERE person = $1 AND n = $2::int", [.text(person), .int(number)])
  }

  /// One row while the lane is held under the job's epoch, in the era that is now.
  static func isHeld(_ job: Job, by worker: String) -> Statement {
    Statement(
      "oracle.held",
      """
      SELECT FROM martlet.queue_lane h
      WHERE h.queue = 'understand' AND h.lane = $1::smallint AND h.worker = $2::uuid AND h.epoch = $3::bigint
        AND h.era = (SELECT e.id FROM martlet.queue_era e)
      """, [.int(job.lane), .text(worker), .int(job.epoch)])
  }

  static func know(_ person: String, _ number: Int) -> Statement {
    Statement(
      "oracle.know", "INSERT INTO chaos.known (person, n) VALUES ($1, $2::int) ON CONFLICT DO NOTHING",
      [.text(person), .int(number)])
  }

  /// Ends the wait that is just being stored if what it waits for has come.
  static func recheck(_ person: String, _ number: Int) -> Statement {
    Statement(
      "oracle.recheck",
      """
      UPDATE martlet.queue_parked p SET until = clock_timestamp()
      WHERE p.queue = 'understand' AND p.conv = martlet.conv($1, $2) AND p.reason = 'profile'
        AND EXISTS (SELECT FROM chaos.known k WHERE k.person = $2 AND k.n = $3::int)
      """, [.text(ChaosJob.page), .text(person), .int(number)])
  }
}
