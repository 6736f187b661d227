import LocalCluster
import Migrations
import Postgres
import SocketLoop
import TestKit
import Testing

/// PostgreSQL is really stopped here, and really silent.
@Suite("Without PostgreSQL", .timeLimit(.minutes(3)))
struct DatabaseAwayTests {
  private struct Outcome {
    var statuses: [Int: Int] = [:]
    var longest = Duration.zero
    /// The message ids that were answered 200.
    var accepted: [String] = []
  }

  /// Posts side by side, each on a connection of its own.
  private func post(_ count: Int, to door: Doorway, _ name: String) async throws -> Outcome {
    try await withThrowingTaskGroup(of: (Int, Duration, String).self) { group in
      for number in 0..<count {
        group.addTask {
          let body = Doorway.message("\(name)-\(number)")
          let began = ContinuousClock.now
          let answer = try await door.post(body, [Doorway.signed(body)])
          if answer?.status == 503 { #expect(isBare(answer, 503) && answer?.header("retry-after") == "1") }
          return (answer?.status ?? 0, began.duration(to: .now), "\(name)-\(number)")
        }
      }
      return try await group.reduce(into: Outcome()) { outcome, one in
        outcome.statuses[one.0, default: 0] += 1
        outcome.longest = max(outcome.longest, one.1)
        if one.0 == 200 { outcome.accepted.append(one.2) }
      }
    }
  }

  @Test("stopped: each delivery hears 503 at once, and is taken as soon as PostgreSQL is back")
  func stopped() async throws {
    try await LocalCluster.withThrowaway { cluster in
      try await cluster.createDatabase("martlet")
      let configuration = PostgresConfiguration(
        url: cluster.url(database: "martlet"), applicationName: "test", statementTimeout: .seconds(4))
      let loop = SocketLoop()
      defer { loop.stop() }
      let pool = PostgresPool(configuration, limit: 4, on: loop)
      let connection = try await PostgresConnection.connect(configuration, on: loop)
      _ = try await Migrations.run(on: connection)
      await connection.close()
      try await Doorway.with(pool: pool) { door async throws in
        #expect(try await post(8, to: door, "before").statuses == [200: 8])
        await cluster.stop(.immediate)
        for round in 0..<3 {
          let away = try await post(50, to: door, "away-\(round)")
          #expect(away.statuses == [503: 50])
          #expect(away.longest < .seconds(2), "\(away.longest)")
        }
        try await cluster.start()
        try await eventually { try await post(1, to: door, "back").statuses == [200: 1] }
        #expect(try await post(8, to: door, "after").statuses == [200: 8])
        let events = try await pool.run(Statement("test", "SELECT count(*) AS n FROM martlet.event"))
        #expect(try events[0].int("n") == 17)
      }
      await pool.drain()
    }
  }

  @Test("silent: nobody waits longer than the 4 s, who comes late is refused at once, and nothing stays behind")
  func frozen() async throws {
    try await TestDatabase.with { database in
      let proxy = try FreezingProxy(to: database.url)
      defer { proxy.stop() }
      let pool = PostgresPool(
        PostgresConfiguration(url: proxy.url, applicationName: "test", statementTimeout: .seconds(4)), limit: 4,
        leaseTimeout: .seconds(3), on: database.loop)
      try await Doorway.with(["MARTLET_WEBHOOK_IN_FLIGHT": "200"], pool: pool) { door async throws in
        #expect(try await post(8, to: door, "before").statuses == [200: 8])
        proxy.freeze()
        async let waiting = post(100, to: door, "waiting")
        // One every tenth of a second; from half of the deadline on they are refused without having waited.
        let late = try await withThrowingTaskGroup(of: Outcome.self) { group in
          for number in 0..<35 {
            group.addTask { try await post(1, to: door, "late-\(number)") }
            try await Task.sleep(for: .milliseconds(100))
          }
          return try await group.reduce(into: [Outcome]()) { $0.append($1) }
        }
        #expect(late.contains { $0.statuses == [503: 1] && $0.longest < .milliseconds(500) })
        for one in late { #expect(one.longest < .seconds(4), "\(one.longest)") }
        let outcome = try await waiting
        print("PostgreSQL silent: the longest of 100 deliveries waited \(outcome.longest)")
        // Who came last may still be stored, over a new connection, before its own time is over: then it must be there.
        #expect(outcome.statuses[503, default: 0] > 0 && Set(outcome.statuses.keys).isSubset(of: [200, 503]))
        #expect(outcome.statuses.values.reduce(0, +) == 100)
        let stored = Set(try await database.texts("SELECT key AS v FROM martlet.event"))
        for mid in outcome.accepted + late.flatMap(\.accepted) { #expect(stored.contains(mid), "\(mid)") }
        #expect(outcome.longest < .seconds(4), "\(outcome.longest)")
        try await eventually { try await post(1, to: door, "back").statuses == [200: 1] }
        // As many as may be under way: nothing of those who were refused is still held.
        #expect(try await post(60, to: door, "after").statuses == [200: 60])
      }
      await pool.drain()
    }
  }
}
