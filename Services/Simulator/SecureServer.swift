import Cryptography
import Hummingbird
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The same answers over TLS with ALPN, so that a client speaks HTTP/2 as it does with Meta. The certificate is made as
/// the process starts; whoever shall trust it gets its authority at `GET /control/authority` on the plain port.
///
/// Logs "listening" with `http.role` secure.
struct SecureServer: Service {
  let responder: RouterResponder<SimulatorContext>
  let authority: ThrowawayAuthority
  let address: String
  let port: Int
  let logger: Logger
  /// Called once with the real port.
  let onListening: @Sendable (Int) -> Void

  func run() async throws {
    let tls = TLSConfiguration.makeServerConfiguration(
      certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(authority.certificate.utf8)).map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(authority.key.utf8), format: .pem)))
    var quiet = logger
    // Hummingbird would say "listening" a second time, in words that change.
    if quiet.logLevel == .info { quiet.logLevel = .notice }
    let application = Application(
      responder: responder, server: try .http2Upgrade(tlsConfiguration: tls),
      configuration: ApplicationConfiguration(address: .hostname(address, port: port), backlog: 1024),
      onServerRunning: { channel in
        let bound = channel.localAddress?.port ?? port
        logger.notice("listening", metadata: ["http.role": "secure", "http.port": "\(bound)"])
        onListening(bound)
      },
      logger: quiet)
    try await application.run()
  }
}
