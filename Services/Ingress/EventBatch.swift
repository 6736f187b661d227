import JobQueue
import Messenger

/// What one request brought, made ready to share a transaction with others. A class, because it is handed on often and has
/// much in it.
final class EventBatch: Sendable {
  let rows: [EventRow]
  let columns: EventColumns
  let links: [MediaLink]
  let locked: Set<QueueTarget>
  let woken: Set<QueueTarget>
  let kinds: [String: Int]

  convenience init(_ events: [WebhookEvent], app: String, trace: String?, rules: ContactRules) {
    self.init(events.map { EventRow($0, app: app, trace: trace, rules: rules) })
  }

  init(_ rows: [EventRow]) {
    self.rows = rows
    columns = EventColumns(rows)
    links = rows.flatMap(\.links)
    locked = Set(rows.flatMap(\.locked))
    woken = Set(rows.compactMap(\.woken))
    kinds = rows.reduce(into: [:]) { $0[$1.kindLabel, default: 0] += 1 }
  }

  /// The same with its bodies as JSON strings.
  var asText: EventBatch { EventBatch(rows.map(\.asText)) }
}

/// The targets of several batches. Beyond what queues name one by one, one of each queue stands for all.
struct SharedTargets {
  private(set) var targets: Set<QueueTarget> = []
  private var queues: Set<QueueName> = []

  init(_ all: [Set<QueueTarget>]) {
    for targets in all { for target in targets { add(target) } }
  }

  private mutating func add(_ target: QueueTarget) {
    guard targets.count <= QueueStatements.fewTargets || !queues.contains(target.queue) else { return }
    queues.insert(target.queue)
    targets.insert(target)
  }
}
