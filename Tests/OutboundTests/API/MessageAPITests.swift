import Access
import HTTPClient
import JSON
import Postgres
import TestKit
import Testing

@testable import Outbound

@Suite("POST /v1/messages")
struct MessageAPITests {
  private func body(_ more: [(String, JSON)] = [], text: String = "Your van has left its yard.") -> JSON {
    var members: JSONObject = ["page": "1", "psid": "7", "message": ["text": .string(text)], "grounds": "update"]
    for (name, value) in more { members[name] = value }
    return .object(members)
  }

  private let utility: JSON = ["template": ["name": "geofence", "language": ["code": "en"]]]

  @Test("is stored with its state at once, and sent as a job by what promotes it")
  func accepted() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send, .read])
      let answer = try await site.ask("POST", "/v1/messages", body([("customer_key", "order-17")]), key: key)
      #expect(answer.status == 202)
      let id = try #require(answer.json["id"]?.string)
      let report = try await site.ask("GET", "/v1/messages/\(id)", key: key).json
      #expect(report["state"] == "queued")
      #expect(report["person"] == "7")
      #expect(report["customer_key"] == "order-17")
      #expect(report["grounds"] == ["kind": "update"])
      #expect(!report.serialized().contains("yard"))
      try await site.database.pool.run(Statement("promote", "SELECT martlet.outbox_promote(16, 200)"))
      let payload = try JSON(
        parsing: try #require(try await site.text("SELECT payload AS v FROM martlet.queue_send")[0]))
      #expect(payload["message_id"]?.string == id)
      #expect(payload["message"]?["text"] == "Your van has left its yard.")
      #expect(payload["message"]?["recipient"] == "7")
    }
  }

  @Test("three in the night: free text is refused with what to do, before anything is stored; the template goes")
  func geofence() async throws {
    try await APISite.with { site in
      try await site.meet("7", hoursAgo: 40)
      let key = try await site.key([.send])
      let late = try await site.ask("POST", "/v1/messages", body(), key: key)
      #expect(late.problem == "422 window_closed grounds")
      #expect(late.json["remedy"]?.string?.contains("utility template") == true)
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.message") == ["0"])
      let lawful = body([("message", utility), ("grounds", "utility")])
      #expect(try await site.ask("POST", "/v1/messages", lawful, key: key).status == 202)
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.outbox") == ["1"])
    }
  }

  @Test(
    "the same request under the same idempotency key is done once, another one is refused, and a day later it is new")
  func idempotency() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send])
      let other = try await site.key([.send])
      func ask(_ body: JSON, _ name: String, by key: String) async throws -> (problem: String, id: String?) {
        let answer = try await site.ask("POST", "/v1/messages", body, key: key, headers: [("Idempotency-Key", name)])
        return (answer.problem, answer.json["id"]?.string)
      }
      let first = try await ask(body(), "a", by: key)
      #expect(first.id != nil)
      // Also where it would not be accepted any more.
      try await site.database.pool.run(
        Statement("late", "UPDATE martlet.contact SET last_in_at = now() - interval '3 d'"))
      #expect(try await ask(body(), "a", by: key).id == first.id)
      #expect(try await ask(body(text: "other"), "a", by: key).problem == "422 idempotency_key_reused Idempotency-Key")
      #expect(try await ask(body(), "b", by: key).problem == "422 window_closed grounds")
      try await site.database.pool.run(Statement("in time", "UPDATE martlet.contact SET last_in_at = now()"))
      let others = try await ask(body(), "a", by: other)
      #expect(others.id != nil && others.id != first.id)
      try await site.database.pool.run(Statement("old", "UPDATE martlet.api_request SET at = at - interval '25 hours'"))
      let later = try await ask(body(text: "other"), "a", by: key)
      #expect(later.id != nil && later.id != first.id)
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.message") == ["3"])
    }
  }

  @Test("forty at once under one idempotency key make one message")
  func racing() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send])
      let ids = try await withThrowingTaskGroup(of: String?.self) { tasks in
        for _ in 0..<40 {
          tasks.addTask {
            try await site.ask("POST", "/v1/messages", body(), key: key, headers: [("Idempotency-Key", "a")])
              .json["id"]?.string
          }
        }
        return try await tasks.reduce(into: Set<String?>()) { $0.insert($1) }
      }
      #expect(ids.count == 1)
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.outbox") == ["1"])
    }
  }

  @Test("a person is found by page-scoped id, app-scoped id and the owner's own; nobody and two are told apart")
  func addresses() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      try await site.database.pool.run(
        Statement(
          "links",
          """
          INSERT INTO martlet.identity_link (page_id, psid, app_user_id, customer_id)
          VALUES ('1', '7', 'a7', 'c7'), ('1', '8', 'a8', 'c8'), ('1', '9', 'a9', 'c8'), ('2', '7', 'b7', 'c9')
          """))
      let key = try await site.key([.send])
      func ask(_ address: (String, JSON)) async throws -> String {
        try await site.ask("POST", "/v1/messages", body([("psid", .null), address]), key: key).problem
      }
      #expect(try await ask(("psid", 7)) == "202 - -")
      #expect(try await ask(("app_user_id", "a7")) == "202 - -")
      #expect(try await ask(("customer_id", "c7")) == "202 - -")
      #expect(try await ask(("app_user_id", "b7")) == "422 unknown_person app_user_id")
      #expect(try await ask(("customer_id", "c8")) == "422 ambiguous_person customer_id")
      #expect(try await site.text("SELECT DISTINCT person AS v FROM martlet.message") == ["7"])
    }
  }

  @Test("rights and pages: what a key is not good for is forbidden, whatever else is wrong")
  func rights() async throws {
    try await APISite.with { site in
      try await site.meet("7", hoursAgo: 100)
      let sender = try await site.key([.send])
      let elsewhere = try await site.key([.send, .humanAgent], pages: ["2"])
      let person = try await site.key([.humanAgent], pages: nil)
      let human = body([("grounds", "human_agent")])
      #expect(try await site.ask("POST", "/v1/messages", human, key: sender).problem == "403 forbidden -")
      #expect(try await site.ask("POST", "/v1/messages", human, key: elsewhere).problem == "403 forbidden -")
      #expect(try await site.ask("POST", "/v1/messages", body(), key: person).problem == "403 forbidden -")
      let answer = try await site.ask("POST", "/v1/messages", human, key: person)
      #expect(answer.status == 202)
      // In the name of the key's holder, and of nobody else.
      let keyID = try await site.text("SELECT id::text AS v FROM martlet.api_key WHERE rights = '{human_agent}'")[0]
      #expect(try await site.text("SELECT grounds ->> 'operator' AS v FROM martlet.message") == [keyID])
      let named = body([("grounds", ["kind": "human_agent", "operator": "Ada"])])
      #expect(
        try await site.ask("POST", "/v1/messages", named, key: person).problem == "422 unknown_field grounds.operator")
    }
  }

  @Test("a revoked key is nobody's from then on")
  func revoked() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send])
      #expect(try await site.ask("POST", "/v1/messages", body(), key: key).status == 202)
      try await site.database.pool.run(Statement("revoke", "UPDATE martlet.api_key SET revoked_at = now()"))
      #expect(try await site.ask("POST", "/v1/messages", body(), key: key).problem == "401 no_key -")
      #expect(try await site.ask("POST", "/v1/messages", body()).problem == "401 no_key -")
      #expect(try await site.ask("POST", "/v1/messages", body(), headers: [("Authorization", "Basic x")]).status == 401)
    }
  }

  @Test("a token is the person's own, the newest that is good; who gave none is not written to")
  func tokens() async throws {
    try await APISite.with { site in
      try await site.meet("7", hoursAgo: 200)
      let key = try await site.key([.send])
      let asked = body([("grounds", ["kind": "token", "topic": "news"])])
      #expect(try await site.ask("POST", "/v1/messages", asked, key: key).problem == "422 no_token grounds")
      try await site.database.pool.run(
        Statement(
          "optins",
          """
          INSERT INTO martlet.contact_optin (page_id, person, kind, key, token, topic, status, expires_at, opted_at, changed_at)
          VALUES ('1', '7', 'marketing', 'a', 'SECRET-A', 'news', 'stopped', NULL, now(), now()),
            ('1', '7', 'marketing', 'b', 'SECRET-B', 'news', 'active', now() + '1 d', now(), now() - interval '1 d'),
            ('1', '7', 'one_time', 'c', 'SECRET-C', 'van', 'active', now() - interval '1 h', now(), now())
          """))
      #expect(try await site.ask("POST", "/v1/messages", asked, key: key).status == 202)
      let recipient = try await site.text("SELECT payload #>> '{message,recipient}' AS v FROM martlet.outbox")[0]
      #expect(recipient?.contains("SECRET-B") == true)
      #expect(try await site.text("SELECT person AS v FROM martlet.message") == ["7"])
      let old = body([("grounds", ["kind": "token", "topic": "van"])])
      #expect(try await site.ask("POST", "/v1/messages", old, key: key).problem == "422 token_expired grounds")
      #expect(!site.exchanges.contains { $0.answer.text.contains("SECRET") })
    }
  }

  @Test("a private reply names a comment, and nothing else does")
  func privateReply() async throws {
    try await APISite.with { site in
      let key = try await site.key([.send])
      let reply = body([("psid", .null), ("comment_id", "33_44"), ("grounds", "private_reply")])
      #expect(try await site.ask("POST", "/v1/messages", reply, key: key).status == 202)
      #expect(
        try await site.text("SELECT payload #>> '{message,recipient,comment_id}' AS v FROM martlet.outbox") == ["33_44"]
      )
      let wrong = body([("grounds", "private_reply")])
      #expect(
        try await site.ask("POST", "/v1/messages", wrong, key: key).problem == "422 grounds_recipient_mismatch grounds")
    }
  }

  @Test("what is due later waits in the outbox, and says when")
  func due() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send, .read])
      let made = try await site.ask("POST", "/v1/messages", body([("due", "2099-01-01T00:00:00+01:00")]), key: key)
      let report = try await site.ask("GET", try #require(made.header("Location")), key: key).json
      #expect(report["due"]?.string.flatMap { Timestamp($0) } == Timestamp("2098-12-31T23:00:00Z"))
    }
  }

  @Test("a message of another page is not there for this key")
  func otherPages() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let made = try await site.ask("POST", "/v1/messages", body(), key: try await site.key([.send]))
      let path = try #require(made.header("Location"))
      let elsewhere = try await site.key([.read], pages: ["2"])
      let everywhere = try await site.key([.read], pages: nil)
      #expect(try await site.ask("GET", path, key: elsewhere).problem == "404 not_found -")
      #expect(try await site.ask("GET", path, key: everywhere).status == 200)
      #expect(try await site.ask("GET", "/v1/messages/'--", key: everywhere).problem == "404 not_found -")
    }
  }

  @Test(
    "a problem names its field, and never quotes what was sent",
    arguments: [
      (["psid": nil], "422 missing_field psid"),
      (["page": nil], "422 missing_field page"),
      (["message": nil], "422 missing_field message"),
      (["grounds": nil], "422 missing_field grounds"),
      (["grounds": "promotion"], "422 unknown_grounds grounds"),
      (["grounds": ["kind": "tag", "tag": "ACCOUNT_UPDATE"]], "422 tag_retired grounds"),
      (["grounds": "utility"], "422 grounds_content_mismatch grounds"),
      (["page": "404"], "403 forbidden -"),
      (["app_user_id": "2"], "422 invalid_field psid"),
      (["psid": "sec ret"], "422 invalid_field psid"),
      (["due": "secret"], "422 invalid_field due"),
      (["message": ["text": "secret", "colour": "secret"]], "422 unknown_field message.colour"),
      (["Secret!": "secret"], "422 unknown_field (a member)"),
      (["message": ["text": .string(String(repeating: "secret ", count: 400))]], "422 invalid_field message.text"),
      (["message": ["text": "secret", "quick_replies": ["secret"]]], "422 invalid_field message"),
      (["customer_key": 5], "422 invalid_field customer_key"),
    ] as [([String: JSON?], String)])
  func problems(change: [String: JSON?], problem: String) async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send])
      let answer = try await site.ask(
        "POST", "/v1/messages", body(change.map { ($0.key, $0.value ?? .null) }), key: key)
      #expect(answer.problem == problem)
      #expect(!answer.text.contains("secret") && !answer.text.contains("Secret"))
      #expect(answer.json["remedy"]?.string?.isEmpty == false)
      #expect(answer.header("Content-Type") == "application/problem+json")
      #expect(try await site.text("SELECT count(*) AS v FROM martlet.message") == ["0"])
    }
  }

  @Test("a limit's problem tells the edge and how much there was")
  func limits() async throws {
    try await APISite.with { site in
      try await site.meet("7")
      let key = try await site.key([.send])
      let answer = try await site.ask(
        "POST", "/v1/messages", body(text: String(repeating: "a", count: 2345)), key: key
      ).json
      #expect(answer["limit"] == 1999)
      #expect(answer["value"] == 2345)
    }
  }
}
