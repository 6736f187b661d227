import Hummingbird
import JobQueue
import Logging
import ServiceKit
import ServiceLifecycle

/// Ingress: Meta's webhooks in, rows in PostgreSQL out, and only then the 200.
func compose(_ settings: Settings, _ logger: Logger, _ health: Health) throws -> [any Service] {
  // Meta gives a webhook 5 seconds; whoever cannot be stored within 4 is told so, and comes again.
  let limits = try DoorLimits(settings)
  let database = try Database(settings, health: health, logger: logger, connections: 4, patience: limits.deadline)
  let apps = try settings.apps
  let rules = ContactRules(
    ownApps: Set(apps.map(\.id)),
    takeover: .seconds(60 * (try settings.int(.takeoverMinutes, default: 30, in: 0...100_000))))
  let intake = EventIntake(
    pool: database.pool, rules: rules, line: limits.inFlight, patience: limits.deadline / 2, logger: logger)
  let door = WebhookDoor(apps: apps, limits: limits, intake: intake, logger: logger)
  let router = Router(context: BasicRequestContext.self)
  router.add(middleware: TraceMiddleware())
  door.add(to: router)
  return [
    database.watch(), database.sample(.understand, .identify, .receipt),
    PublicServer(router: router, settings: settings, limits: door.requestLimits, logger: logger),
  ]
}
