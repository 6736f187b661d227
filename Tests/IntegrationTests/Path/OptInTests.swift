import JobQueue
import Postgres
import TestKit
import Testing

@Suite("Opt-ins, and references that turn out to be somebody")
struct OptInTests {
  private func optIn(
    _ key: String, _ note: String, person: String = "ann", at time: Int64 = 1_700_000_000_000, ref: String? = nil
  ) -> IngestRow {
    let join = ref.map { "\"ref\":\"\($0)\"" }
    let optin = note.isEmpty ? nil : "\"optin\":{\(note)}"
    return IngestRow(
      queue: .identify, person: person, kind: "optin", key: key, time: time, effects: person.hasPrefix("ref:") ? 8 : 3,
      note: "{\([join, optin].compactMap(\.self).joined(separator: ","))}")
  }

  private func optIns(_ columns: String, in database: TestDatabase) async throws -> [String?] {
    try await database.texts(
      "SELECT concat_ws(' ', \(columns)) AS v FROM martlet.contact_optin ORDER BY person, kind, key")
  }

  @Test("a marketing token is one row: stopped, resumed, prolonged; what comes late only fills gaps")
  func marketing() async throws {
    try await TestDatabase.with { database in
      let token = #""kind":"marketing","token":"T1""#
      _ = try await database.ingest(
        optIn("1", token + #","status":"active","topic":"news","expires_at":1800000000000"#, at: 1_700_000_000_000))
      let shown = "kind, status, topic, (extract(epoch FROM expires_at))::bigint, token"
      #expect(try await optIns(shown, in: database) == ["marketing active news 1800000000 T1"])
      _ = try await database.ingest(optIn("2", token + #","status":"stopped""#, at: 1_700_000_200_000))
      #expect(try await optIns(shown, in: database) == ["marketing stopped news 1800000000 T1"])
      _ = try await database.ingest(
        optIn("3", token + #","status":"active","expires_at":1900000000000"#, at: 1_700_000_100_000))
      #expect(try await optIns(shown, in: database) == ["marketing stopped news 1800000000 T1"])
      _ = try await database.ingest(
        optIn("4", token + #","status":"active","expires_at":1900000000000"#, at: 1_700_000_300_000))
      #expect(try await optIns(shown, in: database) == ["marketing active news 1900000000 T1"])
      // Another delivery of the same does nothing.
      _ = try await database.ingest(optIn("2", token + #","status":"stopped""#, at: 1_700_000_400_000))
      #expect(try await optIns(shown, in: database) == ["marketing active news 1900000000 T1"])
    }
  }

  @Test("a token for one message lives for a year; each is a row of its own, also two that come at once")
  func oneTime() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(
        optIn("1", #""kind":"one_time","token":"A","payload":"P""#),
        optIn("2", #""kind":"one_time","token":"B","payload":"P""#),
        optIn("3", #""kind":"one_time","token":"B","title":"later""#, at: 1_700_000_001_000))
      #expect(
        try await optIns("token, payload, title, expires_at - opted_at >= interval '365 days'", in: database)
          == ["A P t", "B later t"])
      let long = String(repeating: "x", count: 3000)
      _ = try await database.ingest(optIn("4", #""kind":"one_time","token":"\#(long)""#))
      #expect(
        try await database.number("SELECT length(token) AS n FROM martlet.contact_optin WHERE length(token) > 9")
          == 3000)
    }
  }

  @Test("somebody known by a reference has a contact and opt-ins, which go to the person once Meta names them")
  func joined() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(optIn("1", #""kind":"checkbox","ref":"cart""#, person: "ref:r1"))
      #expect(
        try await database.texts("SELECT concat_ws(' ', person, profile_state, last_in_at) AS v FROM martlet.contact")
          == ["ref:r1 unasked"])
      #expect(try await database.texts("SELECT kind AS v FROM martlet.queue_identify") == ["optin"])
      #expect(try await optIns("person, kind, ref", in: database) == ["ref:r1 checkbox cart"])

      _ = try await database.ingest(IngestRow(note: #"{"ref":"r1"}"#))
      #expect(try await optIns("person, kind, ref", in: database) == ["ann checkbox cart"])
      #expect(
        try await database.texts(
          "SELECT concat_ws(' ', page_id, user_ref, person) AS v FROM martlet.contact_ref") == ["1 r1 ann"])
      #expect(
        try await database.texts("SELECT concat_ws(' ', person, joined_to) AS v FROM martlet.contact ORDER BY 1")
          == ["ann", "ref:r1 ann"])

      // What is said of the reference later is said of the person.
      _ = try await database.ingest(
        optIn("2", #""kind":"checkbox","ref":"cart","status":"stopped""#, person: "ref:r1", at: 1_700_000_900_000))
      #expect(try await optIns("person, status", in: database) == ["ann stopped"])
    }
  }

  @Test("the reference may be revealed before its opt-in is known of, in one batch, or after; the result is the same")
  func orders() async throws {
    let reveal = IngestRow(note: #"{"ref":"r1"}"#)
    let given = optIn("1", #""kind":"checkbox","ref":"cart""#, person: "ref:r1")
    for batches in [[[reveal], [given]], [[given], [reveal]], [[given, reveal]], [[reveal, given]]] {
      try await TestDatabase.with { database in
        for batch in batches { _ = try await database.ingest(batch) }
        #expect(try await optIns("person, kind, ref", in: database) == ["ann checkbox cart"])
        #expect(
          try await database.texts("SELECT joined_to AS v FROM martlet.contact WHERE person = 'ref:r1'") == ["ann"])
      }
    }
  }

  @Test("a reference stays with the person it was tied to first; on another page it is another")
  func firstCounts() async throws {
    try await TestDatabase.with { database in
      _ = try await database.ingest(
        IngestRow(key: "1", note: #"{"ref":"r1"}"#), IngestRow(person: "bob", key: "2", note: #"{"ref":"r1"}"#),
        IngestRow(page: "2", person: "eve", key: "3", note: #"{"ref":"r1"}"#))
      #expect(
        try await database.texts("SELECT page_id || person AS v FROM martlet.contact_ref ORDER BY 1") == [
          "1ann", "2eve",
        ]
      )
    }
  }
}
