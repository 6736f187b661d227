import JSON
import LocalFleet
import Testing

extension SystemTests {
  @Test("one trace id runs from the webhook through the logs of all four services", .timeLimit(.minutes(2)))
  func trace() async throws {
    try await TestSystem.with(logLevel: "info") { system in
      _ = try await system.simulator.say("hello", psid: "7400")
      let services: [FleetRole] = [.ingress, .identity, .nlu, .outbound]
      var common: Set<String> = []
      // The reply is there before outbound has written its line.
      while common.isEmpty {
        try await Task.sleep(for: .milliseconds(20))
        let traces = services.map { role in
          Set(system.fleet.instances(of: role).flatMap(\.lines).compactMap { $0.record?["trace_id"]?.string })
        }
        common = traces.dropFirst().reduce(traces[0]) { $0.intersection($1) }
      }
      print("trace ids in the logs of all four services: \(common.sorted())")
      #expect(common.count == 1)
    }
  }

  @Test("no word, name, token or secret is in any service's log, at the finest level", .timeLimit(.minutes(2)))
  func silence() async throws {
    try await TestSystem.with(logLevel: "trace") { system in
      try await system.simulator.introduce(psid: "7401", firstName: "Zaphodia", lastName: "Quux")
      _ = try await system.simulator.say("ping kakapo-secret", psid: "7401")
      let body = system.webhook(text: "kakapo-secret", from: "7401", mid: "m_silent")
      _ = try await system.post(body, signature: "sha256=00")
      let services: [FleetRole] = [.ingress, .identity, .nlu, .outbound]
      let log = services.flatMap { system.fleet.instances(of: $0) }.flatMap(\.lines).map(\.text).joined(separator: "\n")
      let credentials = system.credentials
      let secrets = [
        "kakapo", "Zaphodia", "Quux", credentials.appSecret, credentials.pageToken, credentials.sealingKey,
      ]
      for secret in secrets + [credentials.verifyToken] { #expect(!log.contains(secret)) }
      #expect(log.contains("webhook accepted"))
    }
  }
}
