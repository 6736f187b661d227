import Testing

/// What a run of the model breaks on purpose. Each of these was a choice of the design; the model must notice it.
enum Defect: String, CaseIterable, CustomTestStringConvertible {
  case notifyLooksInside = "the look for sleepers is made inside the producer's transaction"
  case sleepsWithoutLooking = "a worker that lies down does not look once more"
  case believesOldSleep = "a worker believes after a crash of the server what it said of sleeping before"
  case enqueuesWithoutLocks = "producers take no lane locks, so that the cursor passes ids that commit later"
  case finishesRange = "finished jobs are taken out from the first id to the last"
  case finishIgnoresEpoch = "the lane's epoch is not looked at when jobs are finished"
  case appliesAllEffects = "effects are applied for ids that did not come back"
  case countsOldEpoch = "what was made of a job under an epoch that is over counts when the job is taken out later"
  case newEraKeepsEpochs = "a crash of the server brings no new epochs"
  case takesOverAtOnce = "silent workers' lanes are taken at once after a start of the server"
  case parksHeadAlone = "parking leaves the rows behind the head in the lane"
  case readsPastParked = "new rows overtake those of their conversation that are parked"
  case forgetsMoved = "rows that stand aside already count as not moved"
  case replaysAnyOrder = "a parked conversation replays in no order"
  case replaysBusy = "a conversation that replays is read from its parking again"
  case unparksTooEarly = "a parking ends while rows stand aside"
  case parksWithoutLooking = "the condition is not looked at again when its wait is stored"
  case wakesEveryReason = "a wake ends waits for other reasons too"
  case givesBackInUse = "a lane is given back while a job of it runs"
  case takesInStaleReads = "what was read under an epoch that is over is taken in"

  var testDescription: String { rawValue }

  /// The search for a world that tells begins here: the rarest are told by one in some hundred.
  var firstSeed: UInt64 {
    switch self {
    case .believesOldSleep: 221
    case .parksWithoutLooking: 91
    default: 1
    }
  }
}
