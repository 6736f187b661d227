internal import Postgres

/// Where a job's columns stand in the answer to a read: looked up once an answer, not once a row.
struct JobColumns {
  let lane, id, conversation, page, person, kind, version, attempts, trace, waited, payload, parked, due, reason: Column

  init(_ rows: Rows) throws {
    lane = try rows.column("lane")
    id = try rows.column("id")
    conversation = try rows.column("conv")
    page = try rows.column("page_id")
    person = try rows.column("person")
    kind = try rows.column("kind")
    version = try rows.column("v")
    attempts = try rows.column("attempts")
    trace = try rows.column("trace")
    waited = try rows.column("waited_ms")
    payload = try rows.column("payload")
    parked = try rows.column("parked")
    due = try rows.column("due")
    reason = try rows.column("reason")
  }
}
