import Cryptography
import GraphAPI
import HTTPClient
import JobQueue
import Logging
import Pages
import ServiceKit
import ServiceLifecycle

/// outbound: messages out, and what became of them.
func compose(_ settings: Settings, _ logger: Logger, _ health: Health) throws -> [any Service] {
  let keys = try SealingKeys(json: try settings.keysJSON)
  let inFlight = try settings.int(.sendInFlight, default: 64, in: 1...1000)
  let timeout = try settings.seconds(.graphTimeout, default: .seconds(10))
  let lease = settings.lease
  let worker = randomID()
  let database = try Database(settings, health: health, logger: logger)
  let rates = PageRates()
  let graph = GraphClient(
    http: HTTPClient(loop: database.loop, authorities: settings.string(.graphAuthorities)),
    baseURL: settings.graphURL, timeout: timeout, rates: rates)
  let apps = AppSecrets(try settings.appSecrets)
  let takeover = Duration.seconds(60 * (try settings.int(.takeoverMinutes, default: 30, in: 0...100_000)))

  let sender = Sender(
    graph: graph, pages: PageDirectory(pool: database.pool, keys: keys), apps: apps, rates: rates,
    attempts: AttemptLedger(worker: worker, takeover: takeover, pool: database.pool),
    conversations: ConversationReader(graph: graph, apps: apps, pool: database.pool),
    patience: Sender.Patience(
      call: timeout, grace: try settings.seconds(.sendGrace, default: .seconds(60))),
    pool: database.pool, logger: logger)
  var sends = ConsumerConfiguration(queue: .send, lease: lease, concurrency: inFlight)
  // Meta has acted by then: the outcome must be as durable as the attempt.
  sends.isDurable = true
  sends.firstPause = .milliseconds(500)
  let sending = QueueConsumer(
    sends, handler: sender, pool: database.pool, leases: database.leases, worker: worker, logger: logger)

  let receipts = ConsumerConfiguration(queue: .receipt, lease: lease)
  let receiving = QueueConsumer(
    receipts, handler: ReceiptHandler(logger: logger), pool: database.pool, leases: database.leases, worker: randomID(),
    logger: logger)

  database.watch(sending, of: .send)
  database.watch(receiving, of: .receipt)
  let outbox = OutboxPromoter(
    pool: database.pool, bulkWindow: try settings.int(.bulkWindow, default: 16, in: 1...1000), logger: logger)
  let listener = database.listener(
    [.send: { sending.wake(lanes: $0) }, .receipt: { receiving.wake(lanes: $0) }], outbox: outbox)
  let watch = PageWatch(pool: database.pool, health: health, logger: logger)
  let share = RateShare(
    rates: rates, pool: database.pool, worker: worker, pause: lease / 3, logger: logger)
  return [
    database.watch(), database.sample(.send, .receipt), listener, receiving, sending, outbox, watch, share,
    BroadcastPacer(pool: database.pool, logger: logger),
    PublicServer(router: PublicAPI(pool: database.pool, logger: logger).router, settings: settings, logger: logger),
  ]
}
