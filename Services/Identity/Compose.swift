import Cryptography
import GraphAPI
import HTTPClient
import Hummingbird
import JobQueue
import Logging
import Pages
import ServiceKit
import ServiceLifecycle

/// identity: who people are, and which pages we may speak for.
func compose(_ settings: Settings, _ logger: Logger, _ health: Health) throws -> [any Service] {
  let keys = try SealingKeys(json: try settings.keysJSON)
  let database = try Database(settings, health: health, logger: logger)
  let graph = GraphClient(
    http: HTTPClient(loop: database.loop, authorities: settings.string(.graphAuthorities)), baseURL: settings.graphURL,
    timeout: try settings.seconds(.graphTimeout, default: .seconds(10)))
  let pages = PageDirectory(pool: database.pool, keys: keys)
  let profiles = ProfileHandler(graph: graph, pages: pages, apps: AppSecrets(try settings.appSecrets), logger: logger)
  let handler = IdentifyHandler(profiles: profiles, logger: logger)
  var queue = ConsumerConfiguration(queue: .identify, lease: settings.lease, concurrency: 32)
  queue.maximumAttempts = ProfileHandler.maximumAttempts
  let consumer = QueueConsumer(
    queue, handler: handler, pool: database.pool, leases: database.leases, worker: randomID(), logger: logger)
  database.watch(consumer, of: .identify)

  let pageSettings = try settings.pages
  let media = try MediaKeeper.services(settings, pages: pageSettings, database: database, logger: logger)

  let router = Router(context: BasicRequestContext.self)
  router.get("/") { _, _ in "Martlet identity\n" }
  return [
    database.watch(), database.sample(.identify, .understand), database.retention(as: randomID()),
    PageSealer(pages: pageSettings, keys: keys, pool: database.pool, logger: logger),
    database.listener(for: consumer, of: .identify), consumer,
    PublicServer(router: router, settings: settings, logger: logger),
  ] + media
}
