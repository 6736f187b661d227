import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import LocalCluster
import LocalFleet
import Postgres
import Testing

extension SystemTests {
  /// A broadcast to everybody who wrote, through the real API, while people go on talking.
  @Suite("A broadcast to many")
  struct BroadcastTests {
    /// How many people: MARTLET_TEST_BROADCAST; 10000 takes some two minutes.
    private static var people: Int {
      ProcessInfo.processInfo.environment["MARTLET_TEST_BROADCAST"].flatMap { Int($0) } ?? 300
    }

    /// Messages a second, as asked for; a window twice as wide leaves the pace to the broadcast.
    private static let rate = 150

    @Test(
      "is paced, paused, resumed and counted to the last, and replies go on beside it", .timeLimit(.minutes(20)))
    func broadcast() async throws {
      try await TestSystem.with(environment: ["MARTLET_BULK_WINDOW": "32"]) { system in
        let people = Self.people
        let came = try await system.load(load("after_ack", people: people, messages: people, prefix: "b"))
        #expect(came["lost"]?.int == 0)
        let alone = try await talk(system)

        let key = try await system.apiKey(["broadcast", "read"])
        let body: JSON = [
          "page": .string(system.credentials.pageID), "name": "news", "grounds": "update", "rate": JSON(Self.rate),
          "message": ["text": "We open at nine tomorrow."],
          "filter": ["first_in_at": ["after": "2020-01-01T00:00:00Z"]],
        ]
        let made = try await system.api("POST", "/v1/broadcasts", body, key: key)
        let id = try #require(made["id"]?.string)
        let total = try #require(made["people"]?.int)
        #expect(total >= people)
        func report() async throws -> JSON { try await system.api("GET", "/v1/broadcasts/\(id)", nil, key: key) }
        func sent(_ report: JSON) -> Int {
          ["sent", "delivered", "read"].reduce(0) { $0 + (report["counts"]?[$1]?.int ?? 0) }
        }

        while sent(try await report()) < total / 4 { try await Task.sleep(for: .milliseconds(50)) }
        let paused = try await system.api("POST", "/v1/broadcasts/\(id)/pause", [:], key: key)
        #expect(paused["state"] == "paused")
        // What stood in the window goes, and then nobody.
        while try await system.number("SELECT count(*) AS n FROM martlet.queue_send WHERE is_bulk") > 0 {
          try await Task.sleep(for: .milliseconds(20))
        }
        let before = try await news(system)
        #expect(before < total)
        try await Task.sleep(for: .seconds(2))
        #expect(try await news(system) == before)

        let started = ContinuousClock.now
        _ = try await system.api("POST", "/v1/broadcasts/\(id)/resume", [:], key: key)
        let beside = try await talk(system)
        var last = try await report()
        while last["state"] != "finished" {
          try await Task.sleep(for: .milliseconds(200))
          last = try await report()
        }
        let seconds = Double((ContinuousClock.now - started) / .milliseconds(1)) / 1000
        let perSecond = Double(total - before) / seconds
        print(
          "broadcast: \(total) people, \(Int(perSecond))/s of \(Self.rate) asked for; replies p50 \(alone) ms alone, "
            + "\(beside) ms beside it, ratio \(Double(Int(beside / alone * 100)) / 100)")
        #expect(sent(last) == total)
        #expect(last["counts"]?["pending"] == 0)
        #expect(try await news(system) == total)
      }
    }

    @Test(
      "senders killed in its middle and PostgreSQL gone for a while cost nobody and double nobody",
      .timeLimit(.minutes(5)))
    func killed() async throws {
      try await TestSystem.with(replicas: [.outbound: 2], environment: ["MARTLET_SEND_GRACE_SECONDS": "30"]) { system in
        let people = 200
        _ = try await system.load(load("after_ack", people: people, messages: people, prefix: "b"))
        let key = try await system.apiKey(["broadcast", "read"])
        let body: JSON = [
          "page": .string(system.credentials.pageID), "grounds": "update", "rate": 60,
          "message": ["text": "We open at nine tomorrow."], "filter": [:],
        ]
        let made = try await system.api("POST", "/v1/broadcasts", body, key: key)
        #expect(made["people"]?.int == people)
        while try await news(system) < people / 4 { try await Task.sleep(for: .milliseconds(20)) }
        try await system.fleet.kill("outbound-1")
        while try await news(system) < people / 2 { try await Task.sleep(for: .milliseconds(20)) }
        try await system.fleet.restart("outbound-1")
        await system.cluster.stop(.immediate)
        try await system.cluster.start()
        try await system.fleet.kill("outbound-2")
        var state: String?
        while state != "finished" {
          try await Task.sleep(for: .milliseconds(200))
          state = try? await system.database.run(Statement("state", "SELECT state FROM martlet.broadcast"))[0].string(
            "state")
        }
        #expect(try await news(system) == people)
        let id = try #require(made["id"]?.string)
        let counts = try await system.api("GET", "/v1/broadcasts/\(id)", nil, key: key)["counts"]
        #expect(["sent", "delivered", "read"].reduce(0) { $0 + (counts?[$1]?.int ?? 0) } == people)
      }
    }

    /// Everybody got it once.
    private func news(_ system: TestSystem) async throws -> Int {
      let ledger = try await system.simulator.call("GET", "/control/ledger", limit: .seconds(60))
      let people =
        ledger["messages"]?.array?.filter { $0["text"] == "We open at nine tomorrow." }
        .compactMap { $0["psid"]?.string } ?? []
      #expect(Set(people).count == people.count)
      return people.count
    }

    /// The median of replies, in milliseconds.
    private func talk(_ system: TestSystem) async throws -> Double {
      let talk = try await system.load(load("closed", people: 8, messages: 160, prefix: "t"))
      #expect(talk["lost"]?.int == 0)
      return try #require(talk["latency_ms"]?["p50"]?.double)
    }

    private func load(_ mode: String, people: Int, messages: Int, prefix: String) -> JSON {
      [
        "mode": .string(mode), "conversations": JSON(people), "messages": JSON(messages), "drain_seconds": 120,
        "prefix": .string(prefix),
      ]
    }
  }
}

extension TestSystem {
  /// A key for every page, as `martlet key create` makes one.
  func apiKey(_ rights: [String]) async throws -> String {
    let secret = randomBytes(32)
    try await database.run(
      Statement(
        "key",
        """
        INSERT INTO martlet.api_key (name, digest, rights, created_by) VALUES ('test', $1::bytea, $2::text[], 'a test')
        """, [.bytes(SHA256.hash(secret)), .array(rights.map { Optional($0) })]))
    return "martlet_" + Hex.encode(secret)
  }

  /// A call of outbound's API that must succeed.
  func api(_ method: String, _ path: String, _ body: JSON?, key: String) async throws -> JSON {
    let headers = [("Authorization", "Bearer \(key)"), ("Content-Type", "application/json")]
    let url = try fleet.instance("outbound-1").url! + path
    let answer = try await http.send(
      HTTPClientRequest(method: method, url: url, headers: headers, body: body?.bytes(), timeout: .seconds(60)))
    #expect((200..<300).contains(answer.status), "\(answer.text)")
    return try JSON(parsing: answer.body)
  }
}
