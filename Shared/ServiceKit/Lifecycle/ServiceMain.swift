import Glibc
package import Logging
package import ServiceLifecycle

/// The life of a service's process: settings, logging, what it is composed of, until it is asked to stop.
///
///     @main struct Main {
///       static func main() async {
///         await ServiceMain.run(.ingress) { settings, logger, health in
///           try await compose(settings, logger, health)
///         }
///       }
///     }
///
/// The admin server is added here, not by `compose`. Exit status: 0 after SIGTERM or SIGINT, 1 after a failure, which
/// is told on standard error in one sentence.
package enum ServiceMain {
  package typealias Compose = @Sendable (Settings, Logger, Health) async throws -> [any Service]

  package static func run(_ service: ServiceName, _ compose: Compose) async {
    signal(SIGPIPE, SIG_IGN)
    if CommandLine.arguments.dropFirst().contains("--help") {
      return print(CommandLineFlags.help(for: service), terminator: "")
    }
    do {
      let settings = try Settings(service: service)
      let logger = Observability.bootstrap(settings)
      do {
        try await run(settings, logger, compose)
      } catch  where settings.logFormat == .json {
        logger.critical("the service failed", metadata: ["error": "\(error)"])
        exit(1)
      }
    } catch {
      write("\(service.rawValue): \(error)\n")
      exit(1)
    }
  }

  private static func run(_ settings: Settings, _ logger: Logger, _ compose: Compose) async throws {
    let health = Health(service: settings.service)
    var services = try await compose(settings, logger, health)
    if settings.adminPort != nil {
      services.insert(AdminServer(settings: settings, health: health, logger: logger), at: 0)
    }
    // The last is the first to stop: probes say "not ready" before any other part begins to finish.
    services.append(Drain(health: health))
    logger.info("starting", metadata: ["service.version": "\(Martlet.version)"])
    try await runServices(services, logger: logger)
    logger.info("stopped")
  }

  private static func write(_ text: String) {
    LogOutput.standardError.emit(Array(text.utf8))
  }

  private struct Drain: Service {
    let health: Health

    func run() async throws {
      defer { health.drain() }
      try await gracefulShutdown()
    }
  }
}
