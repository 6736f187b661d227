import Contracts
import JSON
import JobQueue
import Messenger

/// An event on its way into the ledger, with the job that it becomes and what it tells of its person.
struct EventRow: Sendable {
  let app: String
  let pageID: String
  let person: String
  /// The reference that turned out to be this person.
  let userRef: String?
  let kind: String
  let key: String
  let time: Int64
  let trace: String?
  private(set) var body: String
  let queue: QueueName?
  let payload: String?
  let news: ContactNews
  /// `news.note` as it travels.
  let note: String?
  /// Attachments, whose links expire.
  let links: [MediaLink]

  init(_ event: WebhookEvent, app: String, trace: String?, rules: ContactRules) {
    self.app = app
    self.trace = trace
    pageID = event.pageID
    person = event.person
    userRef = event.userRef
    kind = event.name
    key = event.key
    time = event.time
    body = event.raw.serialized(replacingNUL: true)
    let job = Self.job(of: event)
    queue = job?.queue
    payload = job?.payload.serialized(replacingNUL: true)
    news = ContactNews(event, rules)
    note = news.note?.serialized(replacingNUL: true)
    links = MediaLink.all(in: event)
  }

  /// Where an event goes beside the ledger.
  private static func job(of event: WebhookEvent) -> (queue: QueueName, payload: JSON)? {
    // A standby copy belongs to another app's thread: recorded, never answered.
    guard !event.isStandby, !event.person.isEmpty, !event.pageID.isEmpty else { return nil }
    if let job = UnderstandJob(event) { return (.understand, job.payload) }
    if let job = IdentifyJob(event) { return (.identify, job.payload) }
    if let job = ReceiptJob(event) { return (.receipt, job.payload) }
    return nil
  }

  /// The same with its body as a JSON string.
  var asText: EventRow {
    var row = self
    row.body = JSON.string(body).serialized()
    return row
  }

  /// A bounded label: kinds that we know, and one for all others.
  var kindLabel: String { queue == nil ? "other" : kind }

  /// Whose lanes must be locked, whether the event becomes a job or not: the lock makes the look for an earlier delivery
  /// exact. All queues that ingress writes share their locks.
  var locked: [QueueTarget] {
    let own = QueueTarget(.understand, pageID: pageID, person: person)
    return userRef.map { [own, QueueTarget(.understand, pageID: pageID, person: "ref:\($0)")] } ?? [own]
  }

  /// Whom to wake after the commit; `identify` is told inside.
  var woken: QueueTarget? {
    guard let queue, queue != .identify else { return nil }
    return QueueTarget(queue, pageID: pageID, person: person)
  }
}
