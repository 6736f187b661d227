import Postgres

/// What the tables say once everything has drained.
struct OracleCount: Sendable {
  var sent = 0
  var done = 0
  var buried = 0
  /// Neither done nor, being doomed, among the dead letters; or dead without being doomed.
  var lost = 0
  var swapped = 0
  var doubled = 0
  /// Numbers that a conversation never got, because two producers took the same: the lane locks failed.
  var misnumbered = 0
  /// Rows in the queue, or parked.
  var left = 0

  static func take(from pool: PostgresPool) async throws -> OracleCount {
    let row = try await pool.run(Statement("oracle.count", sql))[0]
    return OracleCount(
      sent: try row.int("sent"), done: try row.int("done"), buried: try row.int("buried"), lost: try row.int("lost"),
      swapped: try row.int("swapped"), doubled: try row.int("doubled"), misnumbered: try row.int("misnumbered"),
      left: try row.int("remaining"))
  }

  private static let sql = """
    WITH dead AS (
      SELECT person, (payload ->> 'n')::int AS n FROM martlet.queue_dead WHERE queue = 'understand'
    ), effect AS (
      SELECT person, n, lag(n) OVER (PARTITION BY person ORDER BY id) AS before FROM chaos.effect
    )
    SELECT
      (SELECT count(*) FROM chaos.sent) AS sent,
      (SELECT count(DISTINCT (person, n)) FROM effect) AS done,
      (SELECT count(*) FROM dead) AS buried,
      (SELECT count(*) FROM chaos.sent s WHERE CASE s.mood
        WHEN 'doomed' THEN NOT EXISTS (SELECT FROM dead d WHERE d.person = s.person AND d.n = s.n)
        ELSE NOT EXISTS (SELECT FROM effect e WHERE e.person = s.person AND e.n = s.n) END) AS lost,
      (SELECT count(*) FROM effect WHERE n < before) AS swapped,
      (SELECT count(*) - count(DISTINCT (person, n)) FROM effect)
        + (SELECT count(*) FROM dead JOIN effect USING (person, n)) AS doubled,
      (SELECT count(*) FROM (SELECT FROM chaos.sent GROUP BY person HAVING max(n) <> count(*)) AS odd) AS misnumbered,
      (SELECT count(*) FROM martlet.queue_understand)
        + (SELECT count(*) FROM martlet.queue_parked WHERE queue = 'understand') AS remaining
    """

  /// Rows still to be worked on.
  static func left(in pool: PostgresPool) async throws -> Int {
    try await pool.run(
      Statement(
        "oracle.left",
        """
        SELECT (SELECT count(*) FROM martlet.queue_understand)
          + (SELECT count(*) FROM martlet.queue_parked WHERE queue = 'understand') AS n
        """))[0].int("n")
  }
}
