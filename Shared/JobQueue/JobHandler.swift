package import Postgres

/// What a service does with the jobs of one queue.
package protocol JobHandler: Sendable {
  /// What a finished job leaves behind in PostgreSQL: applied once, in the transaction that takes the job out.
  associatedtype Effect: Sendable

  /// Does one job. The jobs of a conversation come one at a time, in order; others run beside it.
  ///
  /// Calls to the outside happen at least once: a job whose lane was taken over in the meantime runs again.
  func run(_ job: Job) async -> Verdict<Effect>

  /// Whether a job may run before the effects of the one before it are stored, because it looks at nothing but itself.
  /// The jobs of a conversation then end together, their effects still applied in order.
  var runsAhead: Bool { get }

  /// Whether a job takes no more than microseconds and waits for nothing. It is then done by the consumer itself, which
  /// costs half as much as a task of its own, and holds up the loop of its connections for as long.
  var isInstant: Bool { get }

  /// Where the effects will write jobs or end waits: those lanes are locked before the jobs are taken out.
  func targets(of effect: Effect, for job: Job) -> [QueueTarget]

  /// The job was no longer ours to end, so its effect was not applied. What the outside world has done all the same can
  /// be recorded here.
  func discarded(_ effect: Effect, of job: Job) async

  /// Whether who sleeps at those targets is woken after the commit; not where the statements see to it themselves.
  var wakesTargets: Bool { get }

  /// The statements that apply the effects of finished jobs: sent with the commit.
  func statements(applying done: [(job: Job, effect: Effect)]) -> [Statement]
}

extension JobHandler {
  package var runsAhead: Bool { false }
  package var isInstant: Bool { false }
  package func discarded(_ effect: Effect, of job: Job) async {}
  package var wakesTargets: Bool { true }
}
