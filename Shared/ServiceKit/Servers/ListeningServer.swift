import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// Opens a port, says so once it is open, and serves until the process is asked to stop: then no new connection is
/// taken and the requests in flight are finished.
struct ListeningServer<Responder: HTTPResponder>: Service
where Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
  let role: ServerRole
  let address: String
  let port: Int
  let limits: RequestLimits
  let responder: Responder
  let logger: Logger
  let onListening: @Sendable (Int) -> Void

  func run() async throws {
    let isListening = Atomic(false)
    var quiet = logger
    // Hummingbird would say "listening" a second time, in words that change.
    if quiet.logLevel == .info { quiet.logLevel = .notice }
    let application = Application(
      responder: responder,
      server: HTTPServerBuilder { TimedChannel(limits, responder: $0) },
      configuration: ApplicationConfiguration(address: .hostname(address, port: port), backlog: 1024),
      onServerRunning: { channel in
        isListening.store(true, ordering: .relaxed)
        let bound = channel.localAddress?.port ?? port
        logger.notice("listening", metadata: ["http.role": "\(role.rawValue)", "http.port": "\(bound)"])
        onListening(bound)
      },
      logger: quiet)
    do {
      try await application.run()
    } catch  where !isListening.load(ordering: .relaxed) && !(error is CancellationError) {
      throw BindError(error, role: role, address: address, port: port)
    }
  }
}
