package import Postgres

/// The statements that write to queues, for producers and for workers that hand a job on.
package enum QueueStatements {
  /// Takes the lane locks of `targets`: first in its transaction, before anything is written or checked.
  package static func lock(_ targets: some Collection<QueueTarget>) -> Statement {
    statement("queue.lock", "SELECT martlet.queue_lock($1::text[], $2::text[], $3::text[])", targets)
  }

  /// Wakes who sleeps: after the commit, in an exchange of its own.
  package static func notify(_ targets: some Collection<QueueTarget>) -> [Statement] {
    // So many are likely to be in most lanes: it is cheaper to look everywhere than to name them.
    guard targets.count > 64 else {
      return [statement("queue.notify", "SELECT martlet.queue_notify($1::text[], $2::text[], $3::text[])", targets)]
    }
    return QueueName.allCases.filter { queue in targets.contains { $0.queue == queue } }.map { queue in
      Statement("queue.notify", "SELECT martlet.queue_notify_lanes($1, '')", [.text(queue.rawValue)])
    }
  }

  /// Inserts jobs, one statement a queue; their lanes must be locked.
  package static func put(_ jobs: [NewJob]) -> [Statement] {
    QueueName.allCases.compactMap { queue in
      let jobs = jobs.filter { $0.target.queue == queue }
      guard !jobs.isEmpty else { return nil }
      return Statement(
        "queue.put",
        """
        SELECT martlet.queue_\(queue.rawValue)_put(
          $1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[])
        """,
        [
          .array(jobs.map { Optional($0.target.pageID) }), .array(jobs.map { Optional($0.target.person) }),
          .array(jobs.map { Optional($0.kind) }), .array(jobs.map(\.version)), .array(jobs.map(\.trace)),
          .array(jobs.map { Optional($0.payload) }),
        ])
    }
  }

  /// Ends the wait of conversations parked for `reason`. Their lanes must be locked, so that no parking is missed.
  package static func wake(_ queue: QueueName, _ reason: ParkReason, _ targets: [QueueTarget]) -> Statement {
    Statement(
      "queue.wake", "SELECT martlet.queue_wake($1, $2, $3::text[], $4::text[])",
      [
        .text(queue.rawValue), .text(reason.rawValue), .array(targets.map { Optional($0.pageID) }),
        .array(targets.map { Optional($0.person) }),
      ])
  }

  /// Ends the wait of all conversations of a page that are parked for `reason`.
  package static func wakePage(_ queue: QueueName, _ reason: ParkReason, pageID: String) -> Statement {
    Statement(
      "queue.wake_page", "SELECT martlet.queue_wake_page($1, $2, $3)",
      [.text(queue.rawValue), .text(reason.rawValue), .text(pageID)])
  }

  private static func statement(_ name: String, _ sql: String, _ targets: some Collection<QueueTarget>) -> Statement {
    Statement(
      name, sql,
      [
        .array(targets.map { Optional($0.queue.rawValue) }), .array(targets.map { Optional($0.pageID) }),
        .array(targets.map { Optional($0.person) }),
      ])
  }
}

/// The statements of a queue's owner.
struct OwnerStatements {
  /// As many jobs of a lane as one read brings, the literal limit in `queue_…_read`.
  static let jobsPerLane = 32
  /// As many parked conversations as are taken up at once, the literal limit in `queue_…_due`.
  static let dueAtOnce = 64

  let queue: QueueName
  let worker: String

  func lease(ttl: Duration, givingBack lanes: [Int]) -> Statement {
    Statement(
      "queue.lease", "SELECT * FROM martlet.queue_lease($1, $2::uuid, $3::interval, $4::smallint[])",
      [.text(queue.rawValue), .text(worker), .interval(ttl), .array(lanes)])
  }

  func leave() -> Statement {
    Statement("queue.leave", "SELECT martlet.queue_leave($1::uuid)", [.text(worker)])
  }

  func sleep(_ isSleeping: Bool) -> Statement {
    Statement("queue.sleep", "SELECT martlet.queue_sleep($1::uuid, $2)", [.text(worker), .bool(isSleeping)])
  }

  func read(_ cursors: [(lane: Int, cursor: Int64)]) -> Statement {
    Statement(
      "queue.read", "SELECT * FROM martlet.queue_\(queue.rawValue)_read($1::smallint[], $2::bigint[])",
      [.array(cursors.map(\.lane)), .array(cursors.map(\.cursor))])
  }

  func due(lanes: [Int], busy: [Int64]) -> Statement {
    Statement(
      "queue.due", "SELECT * FROM martlet.queue_\(queue.rawValue)_due($1::smallint[], $2::bigint[])",
      [.array(lanes), .array(busy)])
  }

  func finish(_ jobs: [Job]) -> Statement {
    owned("finish", jobs.map { ($0.row, $0.epoch, $0.id) })
  }

  func moveAside(_ jobs: [Job]) -> Statement {
    owned("aside", jobs.map { ($0.row, $0.epoch, $0.id) })
  }

  func unpark(_ conversations: [(lane: Int, epoch: Int64, conversation: Int64)]) -> Statement {
    owned("unpark", conversations.map { ($0.lane, $0.epoch, $0.conversation) })
  }

  func park(_ head: Job, ids: [Int64], _ reason: ParkReason, for duration: Duration, attempts: Int, error: String?)
    -> Statement
  {
    Statement(
      "queue.park",
      """
      SELECT martlet.queue_\(queue.rawValue)_park(
        $1::uuid, $2::smallint, $3::bigint, $4, $5, $6::bigint[], $7, $8::interval, $9::smallint, $10,
        $11::bigint) AS held
      """,
      [
        .text(worker), .int(head.lane), .int(head.epoch), .text(head.pageID), .text(head.person), .array(ids),
        .text(reason.rawValue), .interval(duration), .int(attempts), .text(error), .int(head.id),
      ])
  }

  /// Counts an attempt before the job runs.
  func attempt(_ job: Job) -> Statement {
    Statement(
      "queue.try",
      "SELECT martlet.queue_\(queue.rawValue)_try($1::uuid, $2::smallint, $3::bigint, $4::bigint) AS attempts",
      [.text(worker), .int(job.row), .int(job.epoch), .int(job.id)])
  }

  func bury(_ head: Job, attempts: Int, error: String) -> Statement {
    Statement(
      "queue.bury",
      """
      SELECT martlet.queue_\(queue.rawValue)_bury(
        $1::uuid, $2::smallint, $3::bigint, $4::bigint, $5::smallint, $6) AS held
      """,
      [.text(worker), .int(head.row), .int(head.epoch), .int(head.id), .int(attempts), .text(error)])
  }

  private func owned(_ function: String, _ rows: [(lane: Int, epoch: Int64, id: Int64)]) -> Statement {
    Statement(
      "queue.\(function)",
      """
      SELECT id FROM martlet.queue_\(queue.rawValue)_\(function)(
        $1::uuid, $2::smallint[], $3::bigint[], $4::bigint[]) AS id
      """,
      [.text(worker), .array(rows.map(\.lane)), .array(rows.map(\.epoch)), .array(rows.map(\.id))])
  }
}
