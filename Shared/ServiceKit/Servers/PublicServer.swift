package import Hummingbird
package import Logging
import ServiceLifecycle

/// The server for the world outside, on the service's public port. Logs "listening" with `http.role` and `http.port`
/// once the port is open, which is the real one when 0 was asked for.
package struct PublicServer<Context: RequestContext>: Service
where Context: InitializableFromSource<ApplicationRequestContextSource> {
  private let server: ListeningServer<RouterResponder<Context>>

  /// - Parameters:
  ///   - limits: what a caller may take; the default is for calls without large bodies.
  ///   - onListening: called once with the real port.
  package init(
    router: Router<Context>, settings: Settings, limits: RequestLimits = RequestLimits(), logger: Logger,
    onListening: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    server = ListeningServer(
      role: .public, address: settings.bind, port: settings.port, limits: limits, responder: router.buildResponder(),
      logger: logger, onListening: onListening)
  }

  /// - Throws: `BindError` when the port cannot be had.
  package func run() async throws {
    try await server.run()
  }
}
