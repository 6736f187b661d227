import FoundationEssentials
import HTTPClient
import JSON
import LocalFleet
import TestKit
import Testing

extension SystemTests {
  @Suite("A page loses its token")
  struct TokenDeathTests {
    private static let alarm = "a page waits for a token: its messages are kept"
    private static let people = (1...12).map { "78000000000000\(10 + $0)" }
    private func admin(_ path: String, _ system: TestSystem) async throws -> String {
      let url = try system.fleet.instance("outbound-1").adminURL! + path
      return try await system.http.send(HTTPClientRequest(url: url)).text
    }

    @Test(
      "190 in mid-burst: what comes in is kept, one alarm tells of it, and after the new token all goes out in order",
      .timeLimit(.minutes(4)))
    func dies() async throws {
      try await TestSystem.with(replicas: [.outbound: 2]) { system in
        try await system.open(Self.people)
        for round in 0..<4 {
          if round == 1 {
            try await system.simulator.call("PUT", "/control/tokens", ["state": "password_changed"])
          }
          for psid in Self.people { _ = try await system.simulator.say("ping r\(round)", psid: psid, waiting: .zero) }
        }
        let start = ContinuousClock.now
        func alarms() throws -> Int {
          try ["outbound-1", "outbound-2"].reduce(0) { try $0 + system.lines(of: $1, saying: Self.alarm).count }
        }
        try await eventually { try alarms() > 0 }
        print("the alarm came after \(start.duration(to: .now))")
        #expect(start.duration(to: .now) < .seconds(60))
        try await eventually { try await admin("/metrics", system).contains(#"martlet_pages_waiting{token="dead"} 1"#) }
        let health = try await admin("/health", system)
        #expect(health.contains("martlet page token set") && health.contains(#""status":"degraded""#))

        let inbound = "SELECT count(*) AS n FROM martlet.event WHERE kind = 'message'"
        try await eventually { try await system.number(inbound) == 5 * Self.people.count }
        try await eventually {
          try await system.number("SELECT count(*) AS n FROM martlet.queue_parked WHERE reason = 'page'")
            == Self.people.count
        }
        #expect(try alarms() == 1)

        try await system.simulator.call("PUT", "/control/tokens", ["token": "EAAnew"])
        let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID())").path
        try Data("EAAnew".utf8).write(to: URL(filePath: file))
        defer { try? FileManager.default.removeItem(atPath: file) }
        #expect(try await system.martlet("page", "token", "set", system.credentials.pageID, "--file", file).count == 1)
        for psid in Self.people {
          let texts = try await system.waitUntil(psid, received: 5)
          #expect(texts.map { $0.split(separator: ",")[0] } == ["pong open"] + (0..<4).map { "pong r\($0)" })
        }
        #expect(try alarms() == 1)
        #expect(try await system.number("SELECT count(*) AS n FROM martlet.queue_dead") == 0)
        try await eventually { try await admin("/metrics", system).contains(#"martlet_pages_waiting{token="dead"} 0"#) }
      }
    }
  }
}
