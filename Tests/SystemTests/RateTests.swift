import JSON
import LocalFleet
import Postgres
import Testing

extension SystemTests {
  @Test(
    "voice messages at their limit of 10 a second hold up neither the page's texts nor another page",
    .timeLimit(.minutes(3)))
  func rates() async throws {
    var pages: JSONObject = [:]
    let (busy, other) = ("300000000000001", "300000000000002")
    for page in [busy, other] {
      pages[page] = ["app": "1900000000000001", "name": "Page", "token": .string("EAA\(page)"), "unknown_rule": "hold"]
    }
    let environment = ["MARTLET_PAGES": JSON.object(pages).serialized()]
    try await TestSystem.with(environment: environment) { system in
      let listeners = (0..<60).map { "77\(1000 + $0)" }
      let readers = (0..<40).map { "78\(1000 + $0)" }
      for (number, psid) in (listeners + readers).enumerated() {
        let page = number >= 80 ? other : busy
        try await system.simulator.call(
          "POST", "/control/say", ["page": .string(page), "psid": .string(psid), "text": "hello"])
      }
      try await system.waitUntilSent(100)
      func send(_ persons: some Sequence<String>, _ page: String, _ message: String) async throws {
        try await system.database.run(
          Statement(
            "send", "SELECT martlet.send($1, p, $2::jsonb) FROM unnest($3::text[]) AS p",
            [.text(page), .text(message), .texts(Array(persons))]))
      }
      try await send(
        listeners, busy, #"{"attachment": {"type": "audio", "payload": {"url": "https://files.example/a.mp3"}}}"#)
      // Some have gone and the rest waits in line.
      try await system.waitUntilSent(105)
      try await send(readers.prefix(20), busy, #"{"text": "a word"}"#)
      try await send(readers.suffix(20), other, #"{"text": "a word"}"#)
      try await system.waitUntilSent(200)

      let order = try await system.database.run(
        Statement(
          "order",
          """
          WITH sent AS (
            SELECT m.page_id, m.person, m.sent_at, row_number() OVER (PARTITION BY m.person ORDER BY m.attempt_at) AS n
            FROM martlet.message m)
          SELECT count(*) FILTER (WHERE s.person LIKE '77%' AND s.sent_at > t.last)::int AS behind
          FROM sent s CROSS JOIN (SELECT max(sent_at) AS last FROM sent WHERE person LIKE '78%' AND n = 2) t WHERE n = 2
          """))
      #expect(try order[0].int("behind") > 0, "voice messages still wait when the last text is out")
      let most = try await system.number(
        """
        WITH voice AS (
          SELECT a.at FROM martlet.send_attempt a WHERE a.person LIKE '77%' ORDER BY a.at OFFSET 60)
        SELECT max(c.n)::int AS n FROM voice v CROSS JOIN LATERAL (
          SELECT count(*) AS n FROM voice w WHERE w.at BETWEEN v.at AND v.at + interval '900 ms') c
        """)
      // An attempt is written a moment after it was permitted.
      #expect(most <= 11)
      #expect(try await system.messageStates().keys.allSatisfy { ["sent", "delivered", "read"].contains($0) })
    }
  }
}

extension TestSystem {
  /// Waits until so many messages were taken by Meta; the caller's time limit is the test's.
  fileprivate func waitUntilSent(_ count: Int) async throws {
    let sent = "SELECT count(*) AS n FROM martlet.message WHERE state IN ('sent', 'delivered', 'read')"
    while try await number(sent) < count { try await Task.sleep(for: .milliseconds(50)) }
  }
}
