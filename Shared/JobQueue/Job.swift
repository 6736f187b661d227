package import Postgres

/// The queues of Martlet, each a table of its own.
package enum QueueName: String, Sendable, CaseIterable {
  /// What drives the dialogue: written by ingress, read by nlu.
  case understand
  /// Who is this person: written by ingress, read by identity.
  case identify
  /// What became of a message: written by ingress, read by outbound.
  case receipt
  /// Messages to people: written by nlu, read by outbound.
  case send
}

/// Whose place in which queue: names a conversation's lane before its hash is known.
package struct QueueTarget: Sendable, Hashable {
  package let queue: QueueName
  package let pageID: String
  package let person: String

  package init(_ queue: QueueName, pageID: String, person: String) {
    self.queue = queue
    self.pageID = pageID
    self.person = person
  }
}

/// A job to be written.
package struct NewJob: Sendable {
  package let target: QueueTarget
  package let kind: String
  /// The payload's version; a reader takes this one and the one before.
  package let version: Int
  package let trace: String?
  /// JSON.
  package let payload: String

  package init(_ target: QueueTarget, kind: String, version: Int, trace: String?, payload: String) {
    self.target = target
    self.kind = kind
    self.version = version
    self.trace = trace
    self.payload = payload
  }
}

/// A job as it was read. A class, because it is handed around whole and has more members than are cheap to copy.
package final class Job: Sendable {
  package let queue: QueueName
  /// Where the row stands: below zero while its conversation is parked.
  package let row: Int
  package let epoch: Int64
  package let id: Int64
  package let conversation: Int64
  package let pageID: String
  package let person: String
  package let kind: String
  package let version: Int
  /// How often this job was tried before and failed.
  package let attempts: Int
  package let trace: String?
  /// How long the job waited until it was read.
  package let waited: Duration
  package let payload: [UInt8]
  /// What this job waited for, when it comes back from a parking of its own.
  package let parkedFor: ParkReason?
  /// Inherited from workers that went silent one after the other: it may be what ended them.
  let isSuspect: Bool
  let deadline: LeaseDeadline

  init(
    queue: QueueName, row: Int, epoch: Int64, id: Int64, conversation: Int64, pageID: String, person: String,
    kind: String, version: Int, attempts: Int, trace: String?, waited: Duration, payload: [UInt8],
    parkedFor: ParkReason?, isSuspect: Bool, deadline: LeaseDeadline
  ) {
    self.queue = queue
    self.row = row
    self.epoch = epoch
    self.id = id
    self.conversation = conversation
    self.pageID = pageID
    self.person = person
    self.kind = kind
    self.version = version
    self.attempts = attempts
    self.trace = trace
    self.waited = waited
    self.payload = payload
    self.parkedFor = parkedFor
    self.isSuspect = isSuspect
    self.deadline = deadline
  }

  package var lane: Int { row < 0 ? -1 - row : row }
  package var target: QueueTarget { QueueTarget(queue, pageID: pageID, person: person) }

  /// Whether this process may still act on the outside world for this job: its lease was renewed in time.
  package var mayAct: Bool { deadline.isAhead }
}

/// Why a conversation waits.
package enum ParkReason: String, Sendable, CaseIterable {
  case retry, profile, identity, page, human, unknown, delay, pace
}

/// What a handler makes of a job.
package enum Verdict<Effect: Sendable>: Sendable {
  /// Finished: the effect is applied in the transaction that takes the job out.
  case done(Effect)
  /// The conversation cannot go on: it waits `atMost` this long, or until somebody ends waits for this reason.
  /// `recheck` runs in the parking transaction, so that what ends the wait cannot slip in between.
  case park(ParkReason, atMost: Duration, recheck: [Statement] = [])
  /// No longer ours to do: the job is left as it stands, for whoever holds it.
  case lost
  /// Failed: tried again after a pause that grows with each attempt, and is at least `pause`; buried after the last
  /// attempt. `error` is safe to show; `recording` is run in the transaction that parks the job.
  case failed(error: String, pause: Duration = .zero, recording: [Statement] = [])
}
