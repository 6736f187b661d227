package import Hummingbird
import JSON

/// The four answers of the admin port, for a service that has only one port too.
package struct AdminRoutes: Sendable {
  let health: Health
  let metrics: PrometheusRegistry

  package init(health: Health, metrics: PrometheusRegistry = Observability.metrics) {
    self.health = health
    self.metrics = metrics
  }

  package func add<Context: RequestContext>(to router: Router<Context>) {
    // Alive is whoever can answer: a failing database is no reason to be restarted.
    router.get("/health/live") { _, _ in Self.answer(.ok, "ok\n") }
    router.get("/health/ready") { _, _ in
      let report = health.report()
      let reasons = report.reasons.map { $0 + "\n" }.joined()
      return report.isReady ? Self.answer(.ok, "ok\n") : Self.answer(.serviceUnavailable, reasons)
    }
    router.get("/health") { _, _ in
      let report = health.report()
      return Self.answer(
        report.isReady ? .ok : .serviceUnavailable, report.json.serialized() + "\n", type: "application/json")
    }
    router.get("/metrics") { _, _ in
      Self.answer(.ok, metrics.render(), type: PrometheusRegistry.contentType)
    }
  }

  private static func answer(
    _ status: HTTPResponse.Status, _ body: String, type: String = "text/plain; charset=utf-8"
  ) -> Response {
    Response(
      status: status, headers: [.contentType: type, .cacheControl: "no-store"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: body)))
  }
}
