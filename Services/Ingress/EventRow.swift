import Contracts
import JSON
import JobQueue
import Messenger
import Postgres

/// An event on its way into the ledger, with the job that it becomes.
struct EventRow: Sendable {
  let app: String
  let pageID: String
  let person: String
  let kind: String
  let key: String
  let time: Int64
  let trace: String?
  let body: String
  let queue: QueueName?
  let payload: String?
  /// Whether the person did something, which opens the window and makes the person known.
  let isInbound: Bool

  init(_ event: WebhookEvent, app: String, trace: String?) {
    self.app = app
    self.trace = trace
    pageID = event.pageID
    person = event.person
    kind = event.name
    key = event.key
    time = event.time
    body = event.raw.serialized(replacingNUL: true)
    // A standby copy belongs to another app's thread: recorded, never answered.
    let isForNobody = event.isStandby || event.person.isEmpty || event.pageID.isEmpty
    if isForNobody {
      (queue, payload) = (nil, nil)
    } else if let job = UnderstandJob(event) {
      (queue, payload) = (.understand, job.payload.serialized(replacingNUL: true))
    } else if let job = ReceiptJob(event) {
      (queue, payload) = (.receipt, job.payload.serialized(replacingNUL: true))
    } else {
      (queue, payload) = (nil, nil)
    }
    isInbound = queue == .understand
  }

  private init(_ row: EventRow, body: String) {
    (app, pageID, person, kind, key) = (row.app, row.pageID, row.person, row.kind, row.key)
    (time, trace, queue, payload, isInbound) = (row.time, row.trace, row.queue, row.payload, row.isInbound)
    self.body = body
  }

  /// The same with its body as a JSON string.
  var asText: EventRow { EventRow(self, body: JSON.string(body).serialized()) }

  /// A bounded label: kinds that we know, and one for all others.
  var kindLabel: String { queue == nil ? "other" : kind }

  /// The lanes that storing it may write to.
  var targets: [QueueTarget] {
    guard let queue else { return [] }
    let own = QueueTarget(queue, pageID: pageID, person: person)
    return isInbound ? [own, QueueTarget(.identify, pageID: pageID, person: person)] : [own]
  }

  static func ingest(_ rows: [EventRow]) -> Statement {
    Statement(
      "ingest",
      """
      SELECT martlet.ingest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::boolean[], $9::text[], $10::text[], $11::text[]) AS new
      """,
      [
        .array(rows.map { Optional($0.app) }), .array(rows.map { $0.queue?.rawValue }),
        .array(rows.map { Optional($0.pageID) }), .array(rows.map { Optional($0.person) }),
        .array(rows.map { Optional($0.kind) }), .array(rows.map { Optional($0.key) }), .array(rows.map(\.time)),
        .array(rows.map { Optional($0.isInbound ? "t" : "f") }), .array(rows.map(\.trace)),
        .array(rows.map { Optional($0.body) }), .array(rows.map(\.payload)),
      ])
  }
}
