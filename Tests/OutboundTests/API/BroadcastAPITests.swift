import Access
import HTTPClient
import JSON
import Logging
import Postgres
import ServiceLifecycle
import TestKit
import Testing

@testable import Outbound

@Suite("POST /v1/broadcasts")
struct BroadcastAPITests {
  private func body(_ more: [(String, JSON)]) -> JSON {
    var members: JSONObject = ["page": "1", "message": ["text": "News!"], "grounds": "update", "rate": 300]
    for (name, value) in more { members[name] = value }
    return .object(members)
  }

  @Test("a list may name people by any id; doubles and nobodies are counted, and get nothing")
  func list() async throws {
    try await APISite.with { site in
      try await site.database.pool.run(
        Statement(
          "links",
          """
          INSERT INTO martlet.identity_link (page_id, psid, app_user_id, customer_id)
          VALUES ('1', '7', 'a7', 'c7'), ('1', '8', 'a8', 'c8'), ('1', '9', 'a9', 'c8')
          """))
      let key = try await site.key([.broadcast])
      let people: JSON = [
        ["psid": "5"], ["app_user_id": "a7"], ["customer_id": "c7"], ["customer_id": "c8"], ["psid": "5"],
        ["customer_id": "none"],
      ]
      let answer = try await site.ask("POST", "/v1/broadcasts", body([("people", people), ("name", "May")]), key: key)
      #expect(answer.status == 202)
      let report = answer.json
      #expect(report["people"] == 2)
      #expect(report["duplicates"] == 2)
      #expect(report["unresolved"] == 2)
      #expect(report["counts"]?["pending"] == 2)
      #expect(try await site.text("SELECT person AS v FROM martlet.broadcast_person ORDER BY n") == ["5", "7"])
    }
  }

  @Test(
    "a filter means the people that every member of it fits",
    arguments: [
      ([:], ["1", "2", "3"]),
      (["first_name": "Ada"], ["1", "2"]),
      (["last_in_at": ["after": "2026-05-01T00:00:00Z"]], ["2", "3"]),
      (["last_in_at": ["after": "2026-05-01T00:00:00Z", "before": "2026-06-01T00:00:00Z"]], ["2"]),
      (["first_name": "Ada", "last_in_at": ["before": "2026-05-01T00:00:00Z"]], ["1"]),
      (["is_paused": true], ["3"]), (["is_led_elsewhere": false, "is_paused": false], ["2"]),
      (["profile_state": "refused"], ["3"]), (["optin": "marketing"], ["2"]),
      (["first_name": "'; DROP TABLE martlet.contact; --"], []),
    ] as [(JSON, [String])])
  func filter(filter: JSON, people: [String]) async throws {
    try await APISite.with { site in
      try await site.database.pool.run([
        Statement(
          "people",
          """
          INSERT INTO martlet.contact
            (page_id, person, first_in_at, last_in_at, first_name, profile_state, thread_owner, paused_until)
          VALUES ('1', '1', '2026-04-01Z', '2026-04-01Z', 'Ada', 'known', '99', NULL),
            ('1', '2', '2026-04-01Z', '2026-05-05Z', 'Ada', 'known', NULL, '2020-01-01Z'),
            ('1', '3', '2026-04-01Z', '2026-06-01Z', 'Bob', 'refused', NULL, '2099-01-01Z'),
            ('1', 'ref:x', '2026-04-01Z', '2026-06-01Z', 'Ada', 'known', NULL, NULL),
            ('2', '4', '2026-04-01Z', '2026-06-01Z', 'Ada', 'known', NULL, NULL)
          """),
        Statement(
          "optins",
          """
          INSERT INTO martlet.contact_optin (page_id, person, kind, key, status, expires_at, opted_at, changed_at)
          VALUES ('1', '1', 'marketing', 'a', 'stopped', NULL, now(), now()),
            ('1', '2', 'marketing', 'a', 'active', NULL, now(), now()),
            ('1', '3', 'marketing', 'a', 'active', '2020-01-01Z', now(), now())
          """),
      ])
      let key = try await site.key([.broadcast])
      let answer = try await site.ask("POST", "/v1/broadcasts", body([("filter", filter)]), key: key)
      #expect(answer.status == 202)
      #expect(try await site.text("SELECT person AS v FROM martlet.broadcast_person ORDER BY person") == people)
    }
  }

  @Test(
    "what cannot be is told with its place, and nothing is stored",
    arguments: [
      (["people": nil], "422 missing_field people"), (["people": []], "422 invalid_field people"),
      (["people": [["psid": "1"], ["psid": "2", "customer_id": "3"]]], "422 invalid_field people[1].psid"),
      (["people": [["name": "Ada"]]], "422 unknown_field people[0].name"),
      (["filter": [:]], "422 invalid_field people"),
      (["people": nil, "filter": ["page_id": "2"]], "422 unknown_field filter.page_id"),
      (["people": nil, "filter": ["last_in_at": [:]]], "422 missing_field filter.last_in_at.after"),
      (["people": nil, "filter": ["last_in_at": ["after": "May"]]], "422 invalid_field filter.last_in_at.after"),
      (["rate": 0], "422 invalid_field rate"), (["rate": 301], "422 invalid_field rate"),
      (["grounds": "human_agent"], "422 no_operator grounds"), (["grounds": "reply"], "422 invalid_field grounds"),
      (["grounds": "utility"], "422 grounds_content_mismatch grounds"), (["page": "2"], "422 unknown_page page"),
    ] as [([String: JSON?], String)])
  func problems(change: [String: JSON?], problem: String) async throws {
    try await APISite.with { site in
      let key = try await site.key([.broadcast], pages: ["1", "2"])
      let people: JSON = [["psid": "1"]]
      let whole = [("people", people)] + change.map { ($0.key, $0.value ?? .null) }
      let answer = try await site.ask("POST", "/v1/broadcasts", body(whole), key: key)
      #expect(answer.problem == problem)
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.broadcast") == ["0"])
    }
  }

  @Test(
    "2,000 people, in their order and each once: fed by two pacers at once, paused, resumed, and counted",
    .timeLimit(.minutes(2)))
  func paced() async throws {
    try await APISite.with { site in
      let key = try await site.key([.broadcast, .read])
      let people = JSON.array((1...2000).map { ["psid": .string("p\($0)")] })
      let made = try await site.ask("POST", "/v1/broadcasts", body([("people", people)]), key: key)
      let path = try #require(made.header("Location"))
      func report() async throws -> JSON { try await site.ask("GET", path, key: key).json }

      var pacer = BroadcastPacer(pool: site.database.pool, logger: Logger(label: "test"))
      (pacer.tick, pacer.rest) = (.milliseconds(5), .milliseconds(20))
      let pacers = ServiceGroup(
        services: [pacer, pacer], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await pacers.run() }
        // A sender that takes whatever is there: all of it, in the order of the list.
        let sent = Watched<[String]>([])
        tasks.addTask {
          while !Task.isCancelled {
            let rows = try await site.database.pool.run([
              Statement("promote", "SELECT martlet.outbox_promote(50, 200)"),
              Statement(
                "send",
                """
                WITH gone AS (DELETE FROM martlet.queue_send RETURNING id, person, (payload ->> 'message_id')::uuid AS message),
                  told AS (UPDATE martlet.message m SET state = 'sent', attempt_id = m.id FROM gone g WHERE m.id = g.message)
                SELECT person FROM gone ORDER BY id
                """),
            ])[1]
            let people = try rows.map { try $0.string("person") }
            sent.change { $0 += people }
            try await Task.sleep(for: .milliseconds(5))
          }
        }
        try await sent.until { $0.count >= 300 }
        let paused = try await site.ask("POST", "\(path)/pause", key: key).json
        #expect(paused["state"] == "paused")
        try await eventually { try await site.text("SELECT count(*) AS v FROM martlet.queue_send") == ["0"] }
        let atPause = try await report()["counts"]
        #expect((atPause?["queued"]?.int ?? 0) + (atPause?["pending"]?.int ?? 0) + (atPause?["sent"]?.int ?? 0) == 2000)
        #expect((atPause?["sent"]?.int ?? 2000) < 2000)
        // Nothing moves.
        _ = try await site.database.pool.run(Statement("feed", "SELECT martlet.broadcast_feed()"))
        _ = try await site.database.pool.run(Statement("promote", "SELECT martlet.outbox_promote(50, 200)"))
        #expect(try await report()["counts"] == atPause)

        #expect(try await site.ask("POST", "\(path)/resume", key: key).json["state"] == "running")
        try await eventually { try await report()["state"] == "finished" }
        #expect(sent.value == (1...2000).map { "p\($0)" })
        let end = try await report()
        #expect(end["counts"]?["sent"] == 2000)
        #expect(end["counts"]?["pending"] == 0)
        await pacers.triggerGracefulShutdown()
        tasks.cancelAll()
        while let _ = try? await tasks.next() {}
      }
      // Its words are gone with the last of its people.
      #expect(try await site.text("SELECT message::text AS v FROM martlet.broadcast") == [nil])
    }
  }
}
