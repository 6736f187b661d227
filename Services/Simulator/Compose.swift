import Cryptography
import HTTPClient
import Hummingbird
package import Logging
package import ServiceKit
package import ServiceLifecycle
import SocketLoop

/// Puts the simulator together: one server for the Graph side, the control side and the chat page, and the two parts
/// that deliver webhooks. All state is in memory and gone with the process.
///
/// Settings: `MARTLET_APPS` (the first app's first secret signs), `MARTLET_PAGES` (the pages played and their tokens),
/// `MARTLET_SIMULATOR_WEBHOOK_URL`, `MARTLET_SIMULATOR_ANSWER_SECONDS`, `MARTLET_SIMULATOR_LEDGER`,
/// `MARTLET_SIMULATOR_TLS_PORT`, `MARTLET_BIND`, `MARTLET_PORT`.
/// - Parameters:
///   - onListening: called once with the real port.
///   - onSecure: called once with the real port of the server with TLS, where one is asked for.
package func compose(
  _ settings: Settings, _ logger: Logger, _ health: Health,
  onListening: @escaping @Sendable (Int) -> Void = { _ in }, onSecure: @escaping @Sendable (Int) -> Void = { _ in }
) throws -> [any Service] {
  let ledger = try Ledger(capacity: settings.int(.simulatorLedger, default: 200_000, in: 1...10_000_000))
  let platform = try Platform(settings: settings)
  let poster = try WebhookPoster(
    client: HTTPClient(loop: SocketLoop(), limits: .init(connectionsPerHost: 128)), secret: platform.secret,
    url: settings.string(.simulatorWebhookURL) ?? "http://127.0.0.1:8080/webhook", ledger: ledger,
    answerTime: .seconds(settings.int(.simulatorAnswerSeconds, default: 5, in: 1...300)))
  let world = World(platform: platform, ledger: ledger, poster: poster)

  let router = Router(context: SimulatorContext.self)
  GraphRoutes(world).add(to: router)
  ControlRoutes(world: world).add(to: router)
  ChatRoutes(world).add(to: router)
  AdminRoutes(health: health).add(to: router)
  let secure = try settings.string(.simulatorTLSPort).map { _ in
    let authority = try ThrowawayAuthority()
    router.get("control/authority") { _, _ in
      Response(bytes: Array(authority.authority.utf8), type: "application/x-pem-file")
    }
    return SecureServer(
      responder: router.buildResponder(), authority: authority, address: settings.bind,
      port: try settings.int(.simulatorTLSPort, default: 0, in: 0...65535), logger: logger, onListening: onSecure)
  }
  let server = PublicServer(router: router, settings: settings, logger: logger, onListening: onListening)
  return [world.courier, world.receipts, server] + (secure.map { [$0] } ?? [])
}
