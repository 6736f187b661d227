import JSON

/// What became of one vector.
struct VectorVerdict: Sendable {
  enum Outcome: String, Sendable { case passed, failed, skipped }

  let vector: ConformanceVector
  /// Why it failed, the first reason only.
  var failure: String? {
    didSet { outcome = failure == nil ? .passed : .failed }
  }
  var outcome = Outcome.passed
  /// In the order of the requests; 0 where no answer came.
  var statuses: [Int] = []
  var slowest = Duration.zero
  /// What the witness counted.
  var kept: Int?

  init(vector: ConformanceVector) { self.vector = vector }

  /// One line for a person; nil where nothing is to be told.
  var line: String? {
    switch outcome {
    case .failed: "FAIL  \(vector.fullName): \(failure ?? "")\n      \(vector.why)"
    case .skipped: nil
    case .passed: "pass  \(vector.fullName)"
    }
  }

  var json: JSON {
    var object: JSONObject = [
      "name": .string(vector.name), "group": .string(vector.group), "outcome": .string(outcome.rawValue),
      "statuses": .array(statuses.map { JSON($0) }), "slowest_ms": JSON(Int(slowest / .milliseconds(1))),
    ]
    if let failure { object["failure"] = .string(failure) }
    if let kept { object["kept"] = JSON(kept) }
    return .object(object)
  }
}

/// What became of all of them.
struct ConformanceReport: Sendable {
  let verdicts: [VectorVerdict]
  let hasWitness: Bool

  func count(_ outcome: VectorVerdict.Outcome) -> Int { verdicts.count { $0.outcome == outcome } }
  var failures: [VectorVerdict] { verdicts.filter { $0.outcome == .failed } }

  /// The last lines for a person.
  var summary: String {
    let skipped = count(.skipped)
    let slowest = verdicts.max { $0.slowest < $1.slowest }
    var text = "\(count(.passed)) of \(verdicts.count) vectors passed, \(failures.count) failed"
    if skipped > 0 { text += ", \(skipped) skipped for want of --verify-token" }
    if let slowest, slowest.slowest > .zero {
      text += "; slowest answer \(Int(slowest.slowest / .milliseconds(1))) ms (\(slowest.vector.fullName))"
    }
    return text + (hasWitness ? "" : "\nwithout a witness: whether every event was kept, nobody looked")
  }

  var json: JSON {
    [
      "vectors": JSON(verdicts.count), "passed": JSON(count(.passed)), "failed": JSON(failures.count),
      "skipped": JSON(count(.skipped)), "witness": .bool(hasWitness), "verdicts": .array(verdicts.map(\.json)),
    ]
  }
}
