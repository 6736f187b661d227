package import Postgres

/// The statements that write to queues, for producers and for workers that hand a job on.
package enum QueueStatements {
  /// More targets than this are likely to be in most lanes: it is cheaper to mean all lanes than to name them.
  package static let fewTargets = 64

  private static func queues(of targets: some Collection<QueueTarget>) -> [QueueName] {
    let named = Set(targets.map(\.queue))
    return QueueName.allCases.filter(named.contains)
  }

  /// Takes the lane locks of `targets`: first in its transaction, before anything is written or checked.
  package static func lock(_ targets: some Collection<QueueTarget>) -> Statement {
    guard targets.count <= fewTargets else {
      return Statement(
        "queue.lock", "SELECT martlet.queue_lock_all($1::text[])", [.texts(queues(of: targets).map(\.rawValue))])
    }
    return statement("queue.lock", "SELECT martlet.queue_lock($1::text[], $2::text[], $3::text[])", targets)
  }

  /// Wakes who sleeps: after the commit, in an exchange of its own.
  package static func notify(_ targets: some Collection<QueueTarget>) -> [Statement] {
    guard targets.count > fewTargets else {
      return [statement("queue.notify", "SELECT martlet.queue_notify($1::text[], $2::text[], $3::text[])", targets)]
    }
    return queues(of: targets).map { queue in
      Statement("queue.notify", "SELECT martlet.queue_notify_lanes($1, '')", [.text(queue.rawValue)])
    }
  }

  /// Inserts jobs, one statement a queue; their lanes must be locked.
  package static func put(_ jobs: [NewJob]) -> [Statement] {
    let queues = Set(jobs.map(\.target.queue))
    return QueueName.allCases.filter(queues.contains).map { queue in
      let jobs = queues.count == 1 ? jobs : jobs.filter { $0.target.queue == queue }
      return Statement(
        "queue.put",
        """
        SELECT martlet.queue_\(queue.rawValue)_put(
          $1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[])
        """,
        [
          .texts(jobs.map(\.target.pageID)), .texts(jobs.map(\.target.person)), .texts(jobs.map(\.kind)),
          .smallints(jobs.map(\.version)), .texts(jobs.map(\.trace)), .texts(jobs.map(\.payload)),
        ])
    }
  }

  /// Ends the wait of conversations parked for `reason`. Their lanes must be locked, so that no parking is missed.
  package static func wake(_ queue: QueueName, _ reason: ParkReason, _ targets: [QueueTarget]) -> Statement {
    Statement(
      "queue.wake", "SELECT martlet.queue_wake($1, $2, $3::text[], $4::text[])",
      [
        .text(queue.rawValue), .text(reason.rawValue), .texts(targets.map(\.pageID)), .texts(targets.map(\.person)),
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
        .texts(targets.map(\.queue.rawValue)), .texts(targets.map(\.pageID)), .texts(targets.map(\.person)),
      ])
  }
}

/// The statements of a queue's owner.
struct OwnerStatements {
  /// As many jobs of a lane as one read brings, the literal limit in `queue_…_read`.
  static let jobsPerLane = 32
  /// As many parked conversations as are taken up at once, the literal limit in `queue_…_read`.
  static let dueAtOnce = 64

  let queue: QueueName
  let worker: String

  func lease(ttl: Duration, givingBack lanes: [Int]) -> Statement {
    Statement(
      "queue.lease", "SELECT * FROM martlet.queue_lease($1, $2::uuid, $3::interval, $4::smallint[])",
      [.text(queue.rawValue), .text(worker), .interval(ttl), .smallints(lanes)])
  }

  func leave() -> Statement {
    Statement("queue.leave", "SELECT martlet.queue_leave($1::uuid)", [.text(worker)])
  }

  func sleep(_ isSleeping: Bool) -> Statement {
    Statement("queue.sleep", "SELECT martlet.queue_sleep($1::uuid, $2)", [.text(worker), .bool(isSleeping)])
  }

  func read(_ reading: WorkBook.Reading) -> Statement {
    Statement(
      "queue.read",
      """
      SELECT * FROM martlet.queue_\(queue.rawValue)_read($1::smallint[], $2::bigint[], $3::smallint[], $4::bigint[])
      """,
      [
        .smallints(reading.cursors.map(\.lane)), .bigints(reading.cursors.map(\.cursor)),
        .smallints(reading.dueLanes), .bigints(reading.busy),
      ])
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
        .text(worker), .int(head.lane), .int(head.epoch), .text(head.pageID), .text(head.person), .bigints(ids),
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
      [.text(worker), .smallints(rows.map(\.lane)), .bigints(rows.map(\.epoch)), .bigints(rows.map(\.id))])
  }
}
