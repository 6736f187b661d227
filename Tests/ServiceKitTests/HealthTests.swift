import JSON
import ServiceKit
import Synchronization
import Testing

@Suite struct HealthTests {
  private let health = Health(service: .nlu)

  @Test("without checks it is ok; with a failing critical one it is not ready, with the reason")
  func critical() {
    #expect(health.report().isReady)
    health.register("database") { .failing(reason: "no connection for 5 s") }
    health.register("bot", critical: false) { .ok(detail: "12 intents") }
    let report = health.report()
    #expect(!report.isReady)
    #expect(report.reasons == ["database: no connection for 5 s"])
    #expect(report.json["service"] == "nlu")
    #expect(report.json["status"] == "failing")
    #expect(report.json["checks"]?[0] == ["name": "database", "status": "failing", "reason": "no connection for 5 s"])
    #expect(report.json["checks"]?[1] == ["name": "bot", "status": "ok", "detail": "12 intents"])
  }

  @Test("a check that is not critical degrades, and leaves the service ready")
  func degraded() {
    health.register("listen", critical: false) { .failing(reason: "polling instead") }
    let report = health.report()
    #expect(report.status == .degraded)
    #expect(report.isReady && report.reasons.isEmpty)
  }

  @Test("since stays while the status stays")
  func since() {
    let isUp = Mutex(true)
    health.register("database") { isUp.withLock { $0 } ? .ok() : .failing(reason: "down") }
    let first = health.report().since
    #expect(health.report().since == first)
    isUp.withLock { $0 = false }
    #expect(health.report().since >= first)
  }

  @Test("a second check of one name takes the first one's place")
  func replaced() {
    health.register("database") { .failing(reason: "starting") }
    health.register("database") { .ok() }
    #expect(health.report().findings.map(\.name) == ["database"])
    #expect(health.report().isReady)
  }

  @Test("a draining service is not ready")
  func draining() {
    health.drain()
    #expect(health.report().reasons == ["lifecycle: the service is shutting down"])
  }
}
