import Bots
import Cryptography
import JobQueue
import Logging
import ServiceKit
import ServiceLifecycle

/// nlu: what people say in, what the bot answers out.
func compose(_ settings: Settings, _ logger: Logger, _ health: Health) throws -> [any Service] {
  let bot = try Bot.load(folder: try settings.required(.bot))
  let database = try Database(settings, health: health, logger: logger)
  let handler = TurnHandler(bot: bot, pool: database.pool, logger: logger)
  let consumer = QueueConsumer(
    ConsumerConfiguration(queue: .understand, lease: settings.lease), handler: handler, pool: database.pool,
    leases: database.leases,
    worker: randomID(), logger: logger)
  database.watch(consumer, of: .understand)
  logger.notice("bot loaded", metadata: ["bot.digest": "\(bot.digest)"])
  return [
    database.watch(), database.sample(.understand, .send), database.listener(for: consumer, of: .understand), consumer,
  ]
}
