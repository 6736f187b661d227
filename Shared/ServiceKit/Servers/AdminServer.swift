import Hummingbird
package import Logging
import ServiceLifecycle

/// Probes and metrics, on a port that is never published: `/health/live`, `/health/ready`, `/health`, `/metrics`.
package struct AdminServer: Service {
  private let server: ListeningServer<RouterResponder<BasicRequestContext>>

  /// - Parameter onListening: called once with the real port.
  package init(
    settings: Settings, health: Health, metrics: PrometheusRegistry = Observability.metrics, logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    let router = Router(context: BasicRequestContext.self)
    AdminRoutes(health: health, metrics: metrics).add(to: router)
    server = ListeningServer(
      role: .admin, address: settings.bind, port: settings.adminPort ?? 0, limits: RequestLimits(),
      responder: router.buildResponder(), logger: logger, onListening: onListening)
  }

  /// - Throws: `BindError` when the port cannot be had.
  package func run() async throws {
    try await server.run()
  }
}
