package import Logging
package import ServiceLifecycle
package import UnixSignals

/// Runs services together until SIGTERM or SIGINT, then lets them finish, the last first. Whoever needs something
/// stands after it in the list.
///
/// A service that fails or returns unasked ends the others too, the first gracefully, and is thrown.
/// - Parameters:
///   - limit: how long finishing may take before everything is cancelled; shorter than the 10 seconds after which
///     container platforms kill.
///   - signals: which end the process gracefully.
package func runServices(
  _ services: [any Service], logger: Logger, limit: Duration = .seconds(8),
  signals: [UnixSignal] = [.sigterm, .sigint]
) async throws {
  var configuration = ServiceGroupConfiguration(
    services: services.map { service in
      // The name is ours: by default it would print the service with all that it holds.
      .init(
        service: PatientService(service: service), failureTerminationBehavior: .gracefullyShutdownGroup,
        serviceName: "\(type(of: service))")
    },
    gracefulShutdownSignals: signals, logger: logger)
  configuration.maximumGracefulShutdownDuration = limit
  try await ServiceGroup(configuration: configuration).run()
}

/// To be cancelled while shutting down is an end as it should be, not a failure.
private struct PatientService: Service {
  let service: any Service

  func run() async throws {
    do {
      try await service.run()
    } catch is CancellationError where Task.isShuttingDownGracefully {
      return
    }
  }
}
