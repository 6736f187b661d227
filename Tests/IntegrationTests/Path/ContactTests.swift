import Glibc
import JobQueue
import Postgres
import TestKit
import Testing

@Suite("What events tell of a person")
struct ContactTests {
  /// Milliseconds since 1970, so many minutes ago.
  private func ago(_ minutes: Double) -> Int64 {
    Int64(Date.now * 1000 - minutes * 60_000)
  }

  private func contact(_ columns: String, in database: TestDatabase, of person: String = "ann") async throws -> String?
  {
    try await database.texts(
      "SELECT concat_ws(' ', \(columns)) AS v FROM martlet.contact WHERE person = $1", .text(person)
    ).first ?? nil
  }

  private func isSilent(_ database: TestDatabase) async throws -> Bool {
    try await database.ask("SELECT is_silent FROM martlet.turn_load('{1}', '{ann}')")[0].bool("is_silent")
  }

  private func echo(_ key: String, at time: Int64) -> IngestRow {
    IngestRow(queue: .receipt, kind: "echo", key: key, time: time, effects: 4)
  }

  private func takenOver(_ rows: IngestRow..., in database: TestDatabase) async throws -> String? {
    try await database.ingest(rows).optionalString("taken_over")
  }

  // MARK: Window

  @Test("the window is what a person did first and last, whatever order events come in; a late clock counts as now")
  func window() async throws {
    try await TestDatabase.with { database in
      let ms = "(extract(epoch FROM first_in_at) * 1000)::bigint, (extract(epoch FROM last_in_at) * 1000)::bigint"
      _ = try await database.ingest(IngestRow(key: "1", time: 5000), IngestRow(key: "2", time: 4000))
      #expect(try await contact(ms, in: database) == "4000 5000")
      _ = try await database.ingest(IngestRow(key: "3", time: 3000))
      #expect(try await contact(ms, in: database) == "3000 5000")
      _ = try await database.ingest(IngestRow(key: "4", time: ago(-60)))
      #expect(
        try await contact("last_in_at BETWEEN now() - interval '1 min' AND clock_timestamp()", in: database) == "t")
    }
  }

  @Test("what a person did not do themselves opens no window, and asks for no profile until they do something")
  func known() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(echo("e", at: ago(1)))
      #expect(try await contact("profile_state, last_in_at IS NULL", in: database) == "unasked t")
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.queue_identify") == 0)
      _ = try await database.ingest(IngestRow(key: "1", time: ago(0)))
      _ = try await database.ingest(IngestRow(key: "2", time: ago(0)))
      #expect(try await contact("profile_state, last_in_at IS NULL", in: database) == "pending f")
      #expect(try await database.texts("SELECT kind AS v FROM martlet.queue_identify") == ["profile"])
    }
  }

  @Test("what concerns only receipts leaves no contact")
  func receipts() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(IngestRow(queue: .receipt, kind: "read", effects: 0))
      #expect(try await database.number("SELECT count(*) AS n FROM martlet.contact") == 0)
    }
  }

  // MARK: Takeover

  @Test("an answer of somebody else's silences the bot for the set time from when it was given, and is told of once")
  func takeover() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(IngestRow())
      #expect(try await isSilent(database) == false)
      #expect(try await takenOver(echo("e1", at: ago(10)), in: database) == "1")
      #expect(try await isSilent(database))
      #expect(try await contact("round(extract(epoch FROM paused_until - now()) / 60)", in: database) == "20")
      #expect(try await contact("pause_reason", in: database) == "takeover")
      // The same again.
      #expect(try await takenOver(echo("e1", at: ago(0)), in: database) == nil)
      #expect(try await contact("round(extract(epoch FROM paused_until - now()) / 60)", in: database) == "20")
      // A later answer prolongs it, an earlier one that comes late does not shorten it.
      #expect(try await takenOver(echo("e2", at: ago(5)), echo("e3", at: ago(7)), in: database) == "1")
      #expect(try await takenOver(echo("e4", at: ago(6)), in: database) == nil)
      #expect(try await contact("round(extract(epoch FROM paused_until - now()) / 60)", in: database) == "25")
    }
  }

  @Test("an answer that is known of only when its pause would be over changes nothing")
  func late() async throws {
    try await TestDatabase.with { database async throws in
      #expect(try await takenOver(echo("e", at: ago(31)), in: database) == nil)
      #expect(try await isSilent(database) == false)
      // Without a time it was now.
      #expect(try await takenOver(echo("e2", at: 0), in: database) == "1")
      #expect(try await isSilent(database))
    }
  }

  @Test("after a resume the bot speaks, an answer from before it comes too late, and a new one counts")
  func resume() async throws {
    try await TestDatabase.with { database in
      func resume() async throws -> [String?] {
        try await database.texts(
          "SELECT concat_ws(' ', was_paused, owner) AS v FROM martlet.contact_resume('1', 'ann', 'me')")
      }
      #expect(try await resume() == [])
      _ = try await database.ingest(IngestRow())
      _ = try await takenOver(echo("e1", at: ago(10)), in: database)
      #expect(try await resume() == ["t"])
      #expect(try await isSilent(database) == false)
      #expect(try await takenOver(echo("e2", at: ago(1)), in: database) == nil)
      #expect(try await isSilent(database) == false)
      #expect(try await takenOver(echo("e3", at: 0), in: database) == "1")
      #expect(try await isSilent(database))
      #expect(
        try await database.texts("SELECT action || ' ' || filter::text AS v FROM martlet.operator_action")
          == ["contact_resume {\"page\": \"1\"}"])
      #expect(try await resume() == ["t"])
      #expect(try await resume() == ["f"])
    }
  }

  // MARK: Thread

  private func control(_ key: String, _ owner: String, at time: Int64) -> IngestRow {
    IngestRow(queue: nil, kind: "pass_thread_control", key: key, time: time, effects: 0, owner: owner)
  }

  @Test("a thread is whose Meta said last; another app's is not ours to answer on")
  func thread() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(IngestRow(time: ago(60)))
      _ = try await database.ingest(control("1", "other", at: ago(9)))
      #expect(try await isSilent(database))
      // Both in one batch, the later first.
      _ = try await database.ingest(control("2", "", at: ago(5)), control("3", "other", at: ago(6)))
      #expect(try await isSilent(database) == false)
      _ = try await database.ingest(control("4", "late", at: ago(8)))
      #expect(try await isSilent(database) == false)
      _ = try await database.ingest(control("5", "other", at: ago(4)))
      #expect(try await contact("thread_owner", in: database) == "other")
      #expect(
        try await database.texts("SELECT owner AS v FROM martlet.contact_resume('1', 'ann', 'me')") == ["other"])
      _ = try await database.ingest(control("6", "late", at: ago(3)))
      #expect(try await isSilent(database) == false)
    }
  }

  @Test("a thread that nobody wrote on for a day is nobody's")
  func idle() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(control("1", "other", at: ago(60 * 26)), IngestRow(key: "a", time: ago(60 * 25)))
      _ = try await database.ingest(IngestRow(key: "b", time: ago(60 * 2)))
      #expect(try await isSilent(database))
      _ = try await database.ingest(control("2", "third", at: ago(60 * 1)))
      #expect(try await isSilent(database))
      try await database.ask(
        "UPDATE martlet.contact SET thread_at = now() - interval '26 h', last_in_at = now() - interval '25 h'")
      _ = try await database.ingest(IngestRow(key: "c", time: ago(0)))
      #expect(try await isSilent(database) == false)
    }
  }
}

/// The test's own clock reading, in seconds since 1970.
private enum Date {
  static var now: Double {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
