/// A point in a worker's life at which it may die. Nothing may be lost, doubled or swapped at any of them: the chaos
/// suite kills workers at each.
package enum ConsumerStep: String, Sendable, CaseIterable {
  /// Lanes were taken or renewed.
  case leased
  /// Rows were read, nothing of them has run.
  case read
  /// A job is about to run.
  case started
  /// A job has run, nothing of it is stored.
  case ran
  /// Finished jobs are out of the table and their effects written, in a transaction that has not committed.
  case finishing
  /// That transaction has committed.
  case finished
  /// A conversation is about to be parked.
  case parking
  /// Its parking is stored.
  case parked
  /// Rows of a parked conversation have stepped aside.
  case movedAside
  /// A parked conversation's rows were read to replay.
  case replayed
  /// A head went to the dead letters.
  case buried
  /// The worker has said that it sleeps, and not yet looked once more.
  case sleeping
  /// The worker was told to stop and has not yet given its lanes back.
  case leaving
}
