import Cryptography
import JobQueue
import Pages
import Postgres
import TestKit
import Testing

@Suite("Pages and their tokens")
struct PageTests {
  private static let keys = try! SealingKeys(current: "k1", keys: ["k1": Array(repeating: 1, count: 32)])

  private func store(
    _ token: String, page: String = "1", rule: Page.UnknownRule = .hold, keys: SealingKeys = keys,
    in database: TestDatabase
  ) async throws {
    try await PageToken.store(
      token, pageID: page, appID: "app", name: "The page", rule: rule, keys: keys, in: database.pool)
  }

  private func directory(_ database: TestDatabase, remember: Duration = .zero, keys: SealingKeys = keys)
    -> PageDirectory
  {
    PageDirectory(pool: database.pool, keys: keys, remember: remember)
  }

  private func text(_ page: Page) -> String {
    switch page.token {
    case .live(let token): "live \(token) \(page.unknownRule.rawValue)"
    case .missing: "missing"
    case .dead: "dead"
    }
  }

  @Test("a token is stored sealed, and opens for its page")
  func live() async throws {
    try await TestDatabase.with { database in
      try await store("EAAtoken", rule: .resend, in: database)
      let page = try await directory(database).page("1")
      #expect(text(page) == "live EAAtoken resend")
      #expect(page.appID == "app")
      #expect(!"\(page)".contains("EAAtoken"))
      let stored = try await database.ask("SELECT token FROM martlet.page")[0].bytes("token")
      #expect(!String(decoding: stored, as: UTF8.self).contains("EAAtoken"))
    }
  }

  @Test("a page that nobody knows, or that was never given a token, has none")
  func missing() async throws {
    try await TestDatabase.with { database in
      try await database.ask("INSERT INTO martlet.page (page_id, app_id) VALUES ('2', 'app')")
      let directory = directory(database)
      #expect(text(try await directory.page("1")) == "missing")
      #expect(text(try await directory.page("2")) == "missing")
    }
  }

  @Test("a token that Meta refused is dead until it is set again, even to the same")
  func dead() async throws {
    try await TestDatabase.with { database in
      let directory = directory(database)
      try await store("old", in: database)
      try await directory.markDead("1", token: "old")
      #expect(text(try await directory.page("1")) == "dead")
      try await store("old", in: database)
      #expect(text(try await directory.page("1")) == "live old hold")
    }
  }

  @Test("a refusal of an old token leaves the new one alone")
  func refusedLate() async throws {
    try await TestDatabase.with { database in
      let directory = directory(database)
      try await store("old", in: database)
      try await store("new", in: database)
      try await directory.markDead("1", token: "old")
      #expect(text(try await directory.page("1")) == "live new hold")
    }
  }

  @Test(
    "an operator's token outlives the settings naming the old one again, but not its own death, nor a new one there")
  func operators() async throws {
    try await TestDatabase.with { database in
      func replace(_ token: String, page: String = "1") async throws -> Bool {
        try await database.pool.withTransaction(isDurable: true) { transaction in
          try await PageToken.replace(with: token, pageID: page, keys: Self.keys, by: "me", in: transaction)
        }
      }
      let directory = directory(database)
      #expect(try await !replace("new"))
      try await store("old", in: database)
      #expect(try await replace("new"))
      try await store("old", in: database)
      #expect(text(try await directory.page("1")) == "live new hold")
      try await directory.markDead("1", token: "new")
      try await store("old", in: database)
      #expect(text(try await directory.page("1")) == "live old hold")
      #expect(try await replace("newer"))
      try await store("newest", in: database)
      #expect(text(try await directory.page("1")) == "live newest hold")
    }
  }

  @Test("whoever asks first is told of a page that waits for a token, once, until it had one again")
  func alarm() async throws {
    try await TestDatabase.with { database in
      func waiting() async throws -> [String?] {
        try await database.texts(
          "SELECT concat_ws(' ', page_id, token_state, conversations, is_new) AS v FROM martlet.pages_waiting(10)")
      }
      try await store("old", in: database)
      try await database.park(.send, person: "ann", for: .page)
      #expect(try await waiting().isEmpty)
      for _ in 0..<2 {
        try await directory(database).markDead("1", token: "old")
        #expect(try await waiting() == ["1 dead 1 t"])
        #expect(try await waiting() == ["1 dead 1 f"])
        try await store("old", in: database)
        #expect(try await waiting().isEmpty)
      }
    }
  }

  @Test("a token that does not open here is dead: under a key that is gone, or copied from another page")
  func doesNotOpen() async throws {
    try await TestDatabase.with { database in
      try await store("mine", in: database)
      let others = try SealingKeys(current: "k2", keys: ["k2": Array(repeating: 2, count: 32)])
      #expect(text(try await directory(database, keys: others).page("1")) == "dead")
      try await store("theirs", page: "2", in: database)
      try await database.ask(
        "UPDATE martlet.page SET token = (SELECT token FROM martlet.page WHERE page_id = '2') WHERE page_id = '1'")
      #expect(text(try await directory(database).page("1")) == "dead")
      #expect(text(try await directory(database).page("2")) == "live theirs hold")
    }
  }

  @Test("a page is remembered, until its token is found dead")
  func remembers() async throws {
    try await TestDatabase.with { database in
      let directory = directory(database, remember: .seconds(3600))
      try await store("old", in: database)
      #expect(text(try await directory.page("1")) == "live old hold")
      try await store("new", in: database)
      #expect(text(try await directory.page("1")) == "live old hold")
      try await directory.markDead("1", token: "old")
      #expect(text(try await directory.page("1")) == "live new hold")
    }
  }

  @Test("a new token ends the waits of its page's conversations for it, of both queues that call Meta, and no others")
  func wakes() async throws {
    try await TestDatabase.with { database in
      try await database.park(.send, person: "ann", for: .page)
      try await database.park(.identify, person: "ann", for: .page)
      try await database.park(.send, person: "bob", for: .retry)
      try await store("other page's", page: "2", in: database)
      #expect(try await database.waiting() == ["identify:ann:page", "send:ann:page", "send:bob:retry"])
      try await store("token", in: database)
      #expect(try await database.waiting() == ["send:bob:retry"])
    }
  }

  @Test("a parking for want of a token looks again: it is over if one came meanwhile")
  func recheck() async throws {
    try await TestDatabase.with { database in
      let recheck = PageToken.recheck(pageID: "1", person: "ann")
      try await database.park(.send, person: "ann", for: .page)
      try await database.pool.run(recheck)
      #expect(try await database.waiting() == ["send:ann:page"])
      try await store("token", in: database)
      try await database.ask("UPDATE martlet.page SET token_state = 'dead'")
      try await database.ask("UPDATE martlet.queue_parked SET until = now() + interval '1 hour'")
      try await database.pool.run(recheck)
      #expect(try await database.waiting() == ["send:ann:page"])
      try await database.ask("UPDATE martlet.page SET token_state = 'live'")
      try await database.pool.run(recheck)
      #expect(try await database.waiting().isEmpty)
    }
  }
}
