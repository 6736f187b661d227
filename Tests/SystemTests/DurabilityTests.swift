import FoundationEssentials
import LocalCluster
import LocalFleet
import Postgres
import Testing

extension SystemTests {
  /// What is acknowledged stands in the ledger, once, and in the queue in the order in which people wrote. Nobody reads
  /// the queue here, so that all of it can be counted at the end.
  @Suite("Every event once")
  struct DurabilityTests {
    private static let people = 40
    private static let ingressOnly: [FleetRole: Int] = [
      .simulator: 0, .identity: 0, .nlu: 0, .outbound: 0, .ingress: 2,
    ]

    /// How long PostgreSQL stays away: MARTLET_TEST_AWAY_SECONDS, by default a short time.
    private static var away: Int {
      ProcessInfo.processInfo.environment["MARTLET_TEST_AWAY_SECONDS"].flatMap { Int($0) } ?? 4
    }

    private func check(_ tally: MetaSender.Tally, in system: TestSystem) async throws {
      #expect(try await system.number("SELECT count(*) AS n FROM martlet.event") == tally.total)
      #expect(try await system.number("SELECT count(DISTINCT key) AS n FROM martlet.event") == tally.total)
      let rows = try await system.database.run(
        Statement(
          "order",
          """
          SELECT person, string_agg(payload ->> 'mid', ' ' ORDER BY id) AS mids FROM martlet.queue_understand
          GROUP BY person
          """))
      let written = Dictionary(
        uniqueKeysWithValues: try rows.map { (try $0.string("person"), try $0.string("mids").split(separator: " ")) })
      for (person, count) in tally.messages.enumerated() {
        let mids = written[MetaSender.psid(person)]?.map { String($0) }
        #expect(mids ?? [] == (0..<count).map { MetaSender.mid(person, $0) }, "person \(person)")
      }
      #expect(try await system.number("SELECT count(*) AS n FROM martlet.contact") == Self.people)
      #expect(
        try await system.number("SELECT count(*) AS n FROM martlet.queue_identify WHERE kind = 'profile'")
          == Self.people)
      print("acknowledged \(tally.total), answers \(tally.statuses), slowest \(tally.slowest)")
    }

    @Test(
      "PostgreSQL stops under load: Meta hears 503 in time and comes again, and every event stands there once, in order",
      .timeLimit(.minutes(5)))
    func databaseAway() async throws {
      try await TestSystem.with(replicas: Self.ingressOnly) { system in
        let sender = MetaSender(system, to: ["ingress-1", "ingress-2"])
        async let sending = sender.run(people: Self.people)
        try await Task.sleep(for: .seconds(1))
        await system.cluster.stop(.immediate)
        try await Task.sleep(for: .seconds(Self.away))
        try await system.cluster.start()
        // Load goes on after it, long enough for every ingress to be back.
        try await Task.sleep(for: .seconds(3))
        sender.finish()
        let tally = try await sending
        #expect(tally.statuses[503, default: 0] > 0)
        #expect(Set(tally.statuses.keys) == [200, 503])
        #expect(tally.slowest < .milliseconds(4500))
        try await check(tally, in: system)
      }
    }

    @Test(
      "every event comes three times at random, to two ingress, while the day changes and changes back: once, in order",
      .timeLimit(.minutes(5)))
    func changeOfDay() async throws {
      try await TestSystem.with(replicas: Self.ingressOnly) { system in
        try await system.database.run([
          Statement("shift", "CREATE TABLE public.day_shift (days int)"),
          Statement("shift", "INSERT INTO public.day_shift VALUES (0)"),
          Statement(
            "shift",
            """
            CREATE OR REPLACE FUNCTION martlet.today() RETURNS date LANGUAGE sql AS $$
              SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date + (SELECT days FROM public.day_shift) $$
            """),
        ])
        let sender = MetaSender(system, to: ["ingress-1", "ingress-2"], copies: 3)
        async let sending = sender.run(people: Self.people)
        for day in [1, 0, 1, 2] {
          try await Task.sleep(for: .milliseconds(1500))
          try await system.database.run(
            Statement("shift", "UPDATE public.day_shift SET days = $1::int", [.int(day)]))
        }
        try await Task.sleep(for: .milliseconds(1500))
        sender.finish()
        let tally = try await sending
        #expect(try await system.number("SELECT count(DISTINCT day) AS n FROM martlet.event") == 3)
        try await check(tally, in: system)
      }
    }
  }
}
