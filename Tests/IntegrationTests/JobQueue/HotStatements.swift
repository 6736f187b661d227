import JobQueue

/// What runs for every message, as SQL for psql: with the arguments that make each function do its work.
enum HotStatements {
  private static let worker = "'00000000-0000-4000-8000-000000000001'"
  private static let message = "00000000-0000-4000-8000-000000000002"
  private static let attempt = "00000000-0000-4000-8000-000000000003"
  private static let queues = QueueName.allCases.map { "queue_\($0.rawValue)" }
  private static let filled =
    queues + [
      "queue_parked", "contact", "contact_ref", "contact_optin", "conversation", "message", "event", "send_attempt",
      "send_outcome", "turn",
    ]

  /// Statistics change only where a test says so.
  static let settled = queues.map { "ALTER TABLE martlet.\($0) SET (autovacuum_enabled = off);\n" }.joined()

  static func fill(rows: Int) -> String {
    let people = "generate_series(1, \(rows)) AS n, LATERAL martlet.conv('1', 'p' || n) AS c"
    // One in ten stands aside.
    let jobs = queues.map {
      """
      INSERT INTO martlet.\($0) (lane, conv, page_id, person, kind, v, payload)
        SELECT CASE WHEN n % 10 = 0 THEN -1 - martlet.lane(c) ELSE martlet.lane(c) END, c, '1', 'p' || n, 'message', 1,
          '{}' FROM \(people);
      INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, reason)
        SELECT '\($0.dropFirst("queue_".count))', c, martlet.lane(c), '1', 'p' || n, now() + n * interval '1 s', 'retry'
        FROM \(people) WHERE n % 10 = 0;

      """
    }
    return jobs.joined() + """
      INSERT INTO martlet.contact (page_id, person, last_in_at) SELECT '1', 'p' || n, now() FROM \(people);
      INSERT INTO martlet.contact_ref (page_id, user_ref, person) SELECT '1', 'r' || n, 'p' || n FROM \(people);
      INSERT INTO martlet.contact_optin (page_id, person, kind, key, opted_at, changed_at)
        SELECT '1', 'ref:r' || n, 'checkbox', '', now(), now() FROM \(people);
      INSERT INTO martlet.conversation (page_id, person, version, state) SELECT '1', 'p' || n, 1, '{}' FROM \(people);
      INSERT INTO martlet.message (page_id, id, person, state, attempt_id)
        SELECT '1', gen_random_uuid(), 'p' || n, 'sent', gen_random_uuid() FROM \(people);
      INSERT INTO martlet.event (day, app_id, page_id, kind, key, person, event_at, body)
        SELECT martlet.today() - (n % 2), 'app', '1', 'message', 'k' || n, 'p' || n, 1, '{}'
        FROM \(people);
      INSERT INTO martlet.send_attempt (id, message_id, page_id, person, worker)
        SELECT gen_random_uuid(), gen_random_uuid(), '1', 'p' || n, \(worker) FROM \(people);
      INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by)
        SELECT gen_random_uuid(), gen_random_uuid(), '1', 'sent', 'call' FROM \(people);

      """
  }

  static let empty = filled.map { "DELETE FROM martlet.\($0);\n" }.joined()

  static let explaining = """
    LOAD 'auto_explain';
    SET auto_explain.log_min_duration = 0;
    SET auto_explain.log_nested_statements = on;
    SET client_min_messages = log;

    """

  static var names: Set<String> { Set(statements.map(\.name)) }

  /// Leases all lanes, then runs each statement after a line with its name.
  static var script: String {
    let leases = QueueName.allCases.map { queue in
      "SELECT max(epoch) AS \(queue.rawValue) FROM martlet.queue_lease('\(queue.rawValue)', \(worker), '1 h', '{}') \\gset\n"
    }
    return leases.joined() + explaining
      + statements.map { "\\warn == \($0.name)\n\($0.sql);\n" }.joined()
  }

  private static var statements: [(name: String, sql: String)] {
    QueueName.allCases.flatMap(ofQueue) + shared + steps
  }

  private static func ofQueue(_ queue: QueueName) -> [(name: String, sql: String)] {
    let name = "martlet.queue_\(queue.rawValue)"
    let all = "ARRAY[\((0..<64).map(String.init).joined(separator: ","))]::smallint[]"
    let zeros = "ARRAY[\(Array(repeating: "0", count: 64).joined(separator: ","))]::bigint[]"
    let epoch = ":\(queue.rawValue)"
    let owned = "\(worker), '{3,-4}', ARRAY[\(epoch), \(epoch)]::bigint[]"
    return [
      ("put", "\(name)_put('{1,1}', '{p1,p2}', '{message,message}', '{1,1}', '{NULL,NULL}', '{\"{}\",\"{}\"}')"),
      ("read", "\(name)_read(\(all), \(zeros), \(all), '{7}')"),
      ("finish", "\(name)_finish(\(owned), '{1,2}')"),
      (
        "park",
        "\(name)_park(\(worker), 3::smallint, \(epoch), '1', 'p3', '{1,2}', 'retry', '1 s', 1::smallint, 'x', 1)"
      ),
      ("aside", "\(name)_aside(\(worker), '{3}', ARRAY[\(epoch)]::bigint[], '{1}')"),
      ("unpark", "\(name)_unpark(\(owned), '{1,2}')"),
      ("try", "\(name)_try(\(worker), 3::smallint, \(epoch), 1)"),
      ("bury", "\(name)_bury(\(worker), 3::smallint, \(epoch), 1, 1::smallint, 'x')"),
    ].map { ("\(queue.rawValue) \($0.0)", "SELECT * FROM \($0.1)") }
  }

  private static let shared: [(name: String, sql: String)] = [
    ("lock", "SELECT martlet.queue_lock('{understand,send}', '{1,1}', '{p1,p2}')"),
    ("lock_all", "SELECT martlet.queue_lock_all('{understand,send}')"),
    ("notify", "SELECT martlet.queue_notify('{understand,send}', '{1,1}', '{p1,p2}')"),
    ("sleep", "SELECT martlet.queue_sleep(\(worker), true)"),
    ("lease", "SELECT * FROM martlet.queue_lease('send', \(worker), '1 h', '{}')"),
    ("wake", "SELECT martlet.queue_wake('understand', 'profile', '{1,1}', '{p1,p2}')"),
  ]

  private static let steps: [(name: String, sql: String)] = [
    (
      "ingest",
      """
      SELECT martlet.ingest('{app,app,app}', '{understand,receipt,identify}', '{1,1,1}', '{p1,new,ref:r1}',
        '{message,read,optin}', '{k1,k-new,k-ref}', '{1,2,3}', '{3,4,8}', '{NULL,other,NULL}', '{NULL,NULL,NULL}',
        '{"{}","{}","{}"}', '{"{}","{}","{}"}', '{3}', '{"{\\"optin\\":{\\"kind\\":\\"checkbox\\"}}"}', '30 min')
      """
    ),
    (
      "ingest_notes",
      #"""
      SELECT martlet.ingest_notes('{1,1}', '{p2,ref:r2}', '{1,2}',
        '{"{\"ref\":\"r2\"}","{\"optin\":{\"kind\":\"checkbox\"}}"}')
      """#
    ),
    ("turn_load", "SELECT * FROM martlet.turn_load('{1,1}', '{p1,p2}')"),
    (
      "turn_save",
      """
      SELECT martlet.turn_save('{1,2}', '{1,1}', '{new1,new2}', '{0,0}', '{"{}","{}"}', 'bot', '{r,r}', '{1,1}',
        '{NULL,NULL}')
      """
    ),
    ("profile_save", "SELECT martlet.profile_save('{1}', '{p1}', '{known}', '{Ann}', '{NULL}', '{NULL}')"),
    (
      "send_attempts",
      """
      SELECT * FROM martlet.send_attempts(\(worker), '{3}', ARRAY[:send]::bigint[], '{1}', '{1}', '{p1}',
        '{\(message)}', '{\(attempt)}', '{NULL}', '{NULL}', '{NULL}', '{86400000}', '{NULL}', '{t}', '{f}', '30 min')
      """
    ),
    (
      "send_outcomes",
      """
      SELECT martlet.send_outcomes('{1}', '{\(message)}', '{\(attempt)}', '{sent}', '{m1}', '{NULL}', '{NULL}',
        '{NULL}', '{NULL}')
      """
    ),
    (
      "receipt_echoes",
      "SELECT martlet.receipt_echoes('{1}', '{p1}', '{\(message)}', '{\(attempt)}', '{m1}')"
    ),
    ("receipt_watermarks", "SELECT martlet.receipt_watermarks('{1}', '{p1}', '{read}', '{9999999999999}')"),
    ("queue_notify_lanes", "SELECT martlet.queue_notify_lanes('send', '1,2')"),
  ]
}
