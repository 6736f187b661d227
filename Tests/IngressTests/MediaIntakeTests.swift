import JSON
import Logging
import Messenger
import Postgres
import TestKit
import Testing

@testable import Ingress

@Suite("Attachments on their way into the database")
struct MediaIntakeTests {
  @Test(
    "each is noted with its event, once, pending where the page wants it, and a page that is not known harms nothing")
  func noted() async throws {
    try await TestDatabase.with { database in
      try await database.pool.run(
        Statement("page", "INSERT INTO martlet.page (page_id, app_id, media_types) VALUES ('1', 'app', '{image}')"))
      let intake = EventIntake(
        pool: database.pool, rules: ContactRules(ownApps: ["42"], takeover: .zero),
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
      for page in ["1", "1", "2"] {
        let body = """
          {"object":"page","entry":[{"id":"\(page)","messaging":[{"sender":{"id":"7"},"recipient":{"id":"\(page)"},\
          "timestamp":1700000000123,"message":{"mid":"m","attachments":[\
          {"type":"image","payload":{"url":"https://a.fbcdn.net/1?oe=6553F100"}},\
          {"type":"video","payload":{"url":"https://a.fbcdn.net/2"}}]}}]}]}
          """
        _ = try await intake.store(try Webhook.events(in: try JSON(parsing: body)), app: "42", trace: nil)
      }
      let rows = try await database.pool.run(
        Statement(
          "rows",
          """
          SELECT concat_ws(' ', page_id, position, type, state, extract(epoch FROM expires_at)::bigint) AS v
          FROM martlet.media ORDER BY page_id, position
          """))
      let found = try rows.map { try $0.string("v") }
      #expect(
        found == [
          "1 0 image pending 1700000000", "1 1 video linked", "2 0 image linked 1700000000", "2 1 video linked",
        ])
      let events = try await database.pool.run(Statement("events", "SELECT count(*) AS n FROM martlet.event"))
      #expect(try events[0].int("n") == 2)
    }
  }
}
