package import Postgres

/// One queue at a glance, for operators and for Prometheus. Nothing is counted beyond ``bound``.
package struct QueueFigures: Sendable {
  /// Up to so many a count is exact.
  package static let bound = 10_000

  package struct Count: Sendable, Hashable {
    package enum Kind: String, Sendable {
      case exact
      /// There are more; nobody counted them.
      case least
      /// PostgreSQL's own.
      case estimate
    }

    package let value: Int
    package let kind: Kind

    package init(_ value: Int, _ kind: Kind = .exact) {
      self.value = value
      self.kind = kind
    }
  }

  /// Conversations parked for one reason.
  package struct Wait: Sendable {
    package let reason: String
    package let conversations: Count
    /// When the first of them is due; below zero when it is so already.
    package let nextLook: Duration
  }

  /// Who holds lanes.
  package struct Owner: Sendable {
    /// Nil: nobody, the lanes are free.
    package let worker: String?
    package let lanes: Int
    /// Since its last renewal.
    package let silence: Duration?
    package let lease: Duration?
    package let isSleeping: Bool
    /// It was silent for longer than its lease, or left no trace.
    package let isGone: Bool
  }

  package struct Pause: Sendable {
    package let length: Duration
    package let who: String
    package let why: String?
  }

  package let queue: QueueName
  /// All jobs of the queue, those of parked conversations among them.
  package let depth: Count
  /// Those of parked conversations.
  package let aside: Count
  /// How long the oldest job has stood in line; nil when none does. Parked conversations stand in no line.
  package let oldest: Duration?
  package let waits: [Wait]
  package let dead: Count
  package let owners: [Owner]
  /// Lanes that hold jobs and whose owner is gone.
  package let stuckLanes: [Int]
  package let pause: Pause?
  /// Jobs ever written and taken out, by PostgreSQL's statistics, which trail by up to a second.
  package let inserted: Int64
  package let deleted: Int64
  /// Below these ids nothing stands in the lanes: where the next look may begin.
  package let heads: [Int64]

  /// - Parameter heads: Those of an earlier look; nil looks everywhere. A held snapshot makes that slow.
  package static func read(
    _ queue: QueueName, from heads: [Int64]? = nil, in transaction: Transaction
  ) async throws -> QueueFigures {
    let parameters: [Parameter] = [.text(queue.rawValue), .int(bound)]
    let rows = try await transaction.run([
      Statement(
        "operators.figures", "SELECT * FROM martlet.queue_figures($1, $2::int, $3::bigint[])",
        parameters + [heads.map { .array($0) } ?? .null]),
      Statement("operators.waits", "SELECT * FROM martlet.queue_waits($1, $2::int)", parameters),
      Statement("operators.owners", "SELECT * FROM martlet.queue_owners($1)", [.text(queue.rawValue)]),
    ])
    return try QueueFigures(queue, rows[0][0], waits: rows[1], owners: rows[2])
  }

  private init(_ queue: QueueName, _ row: Row, waits: Rows, owners: Rows) throws {
    self.queue = queue
    depth = Count(try row.int("depth"), try row.bool("depth_is_estimate") ? .estimate : .exact)
    aside = Count(try row.int("aside"), try row.bool("aside_is_bounded") ? .least : .exact)
    oldest = try row.duration("oldest_seconds")
    dead = Count(try row.int("dead"), try row.bool("dead_is_bounded") ? .least : .exact)
    stuckLanes = try row.integers("stuck").map { Int($0) }
    inserted = try row.int64("inserted")
    deleted = try row.int64("deleted")
    heads = try row.integers("heads")
    pause = try row.duration("paused_seconds").map {
      Pause(length: $0, who: try row.string("paused_by"), why: try row.optionalString("paused_why"))
    }
    self.waits = try waits.map { row in
      Wait(
        reason: try row.string("reason"),
        conversations: Count(try row.int("conversations"), try row.bool("is_bounded") ? .least : .exact),
        nextLook: try row.duration("next_look_seconds") ?? .zero)
    }
    self.owners = try owners.map { row in
      Owner(
        worker: try row.optionalString("worker"), lanes: try row.int("lanes"),
        silence: try row.duration("seen_seconds"), lease: try row.duration("ttl_seconds"),
        isSleeping: try row.bool("sleeping"), isGone: try row.bool("is_gone"))
    }
  }
}
