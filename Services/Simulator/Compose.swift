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
/// `MARTLET_SIMULATOR_WEBHOOK_URL`, `MARTLET_SIMULATOR_ANSWER_SECONDS`, `MARTLET_SIMULATOR_LEDGER`, `MARTLET_BIND`, `MARTLET_PORT`.
/// - Parameter onListening: called once with the real port.
package func compose(
  _ settings: Settings, _ logger: Logger, _ health: Health,
  onListening: @escaping @Sendable (Int) -> Void = { _ in }
) throws -> [any Service] {
  let platform = try Platform(settings: settings)
  let ledger = try Ledger(capacity: settings.int(.simulatorLedger, default: 200_000, in: 1...10_000_000))
  let people = People()
  let faults = Faults()
  let ids = MessageIDs()
  let replies = ReplyBoard()
  let client = HTTPClient(loop: SocketLoop(), limits: .init(connectionsPerHost: 128))
  let poster = try WebhookPoster(
    client: client, secret: platform.secret,
    url: settings.string(.simulatorWebhookURL) ?? "http://127.0.0.1:8080/webhook", ledger: ledger,
    answerTime: .seconds(settings.int(.simulatorAnswerSeconds, default: 5, in: 1...300)))
  let courier = Courier(poster: poster, faults: faults)
  let receipts = Receipts(poster: poster)

  let router = Router(context: SimulatorContext.self)
  GraphRoutes(
    platform: platform, people: people, faults: faults, ledger: ledger, replies: replies, receipts: receipts, ids: ids
  ).add(to: router)
  ControlRoutes(
    platform: platform, people: people, faults: faults, ledger: ledger, replies: replies, receipts: receipts,
    courier: courier, poster: poster, ids: ids
  ).add(to: router)
  ChatRoutes(platform: platform, people: people, feed: ChatFeed(replies: replies), courier: courier, ids: ids)
    .add(to: router)
  AdminRoutes(health: health).add(to: router)
  return [
    courier, receipts, PublicServer(router: router, settings: settings, logger: logger, onListening: onListening),
  ]
}
