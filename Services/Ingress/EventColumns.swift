import JobQueue
import Postgres

/// Rows as the parameters of `martlet.ingest`: written out by each request for itself, so that the commit, which all wait
/// for, has only to put them one behind the other.
struct EventColumns: Sendable {
  private var apps = BinaryArray(of: .text)
  private var queues = BinaryArray(of: .text)
  private var pages = BinaryArray(of: .text)
  private var persons = BinaryArray(of: .text)
  private var kinds = BinaryArray(of: .text)
  private var keys = BinaryArray(of: .text)
  private var times = BinaryArray(of: .bigint)
  private var effects = BinaryArray(of: .smallint)
  private var owners = BinaryArray(of: .text)
  private var traces = BinaryArray(of: .text)
  private var bodies = BinaryArray(of: .text)
  private var payloads = BinaryArray(of: .text)
  /// Places of the rows with a note, from 1 as PostgreSQL counts.
  private var noted: [Int64] = []
  private var notes = BinaryArray(of: .text)

  init(_ rows: [EventRow]) {
    for row in rows {
      apps.append(row.app)
      queues.append(row.queue?.rawValue)
      pages.append(row.pageID)
      persons.append(row.person)
      kinds.append(row.kind)
      keys.append(row.key)
      times.append(row.time)
      effects.append(Int16(clamping: row.news.effects.rawValue))
      owners.append(row.news.owner)
      traces.append(row.trace)
      bodies.append(row.body)
      payloads.append(row.payload)
      guard let note = row.note else { continue }
      noted.append(Int64(apps.count))
      notes.append(note)
    }
  }

  /// - Parameter all: At least one.
  init(joining all: [EventColumns]) {
    self = all[0]
    guard all.count > 1 else { return }
    bodies.reserve(all.reduce(0) { $0 + $1.bodies.size })
    payloads.reserve(all.reduce(0) { $0 + $1.payloads.size })
    for other in all.dropFirst() { append(other) }
  }

  private mutating func append(_ other: EventColumns) {
    let before = Int64(apps.count)
    noted.append(contentsOf: other.noted.map { $0 + before })
    notes.append(contentsOf: other.notes)
    apps.append(contentsOf: other.apps)
    queues.append(contentsOf: other.queues)
    pages.append(contentsOf: other.pages)
    persons.append(contentsOf: other.persons)
    kinds.append(contentsOf: other.kinds)
    keys.append(contentsOf: other.keys)
    times.append(contentsOf: other.times)
    effects.append(contentsOf: other.effects)
    owners.append(contentsOf: other.owners)
    traces.append(contentsOf: other.traces)
    bodies.append(contentsOf: other.bodies)
    payloads.append(contentsOf: other.payloads)
  }

  func ingest(takeover: Duration) -> Statement {
    Statement(
      "ingest",
      """
      SELECT * FROM martlet.ingest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::smallint[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::text[], $15::interval)
      """,
      [
        .array(apps), .array(queues), .array(pages), .array(persons), .array(kinds), .array(keys), .array(times),
        .array(effects), .array(owners), .array(traces), .array(bodies), .array(payloads), .bigints(noted),
        .array(notes), .interval(takeover),
      ])
  }
}
