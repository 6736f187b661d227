import JSON

/// What came of a run.
struct FuzzReport: Sendable {
  /// More than this is a leak.
  static let allowedGrowth = 0.2

  let seed: UInt64
  var seeds = 0
  var door = DoorFuzz.Outcome()
  var doorSeconds = 0.0
  var decoder = DecoderFuzz.Outcome()
  var decoderSeconds = 0.0
  /// Entries that are new in the corpus.
  var found = 0
  /// What was written for whoever looks into it.
  var files: [String] = []

  init(seed: UInt64) { self.seed = seed }

  var cases: Int { door.counts.cases + decoder.cases }
  var crashes: [FuzzCrash] { door.crashes + decoder.crashes }

  /// Why the run failed; none when it did not.
  var failures: [String] {
    var failures: [String] = []
    func fail(_ count: Int, _ what: String) { if count > 0 { failures.append("\(count) \(what)") } }
    fail(crashes.count, "crashes")
    fail(door.counts.serverErrors, "answers 5xx")
    fail(door.counts.silences, "requests without an answer")
    fail(door.counts.leaks, "answers that hold the expected digest")
    fail(decoder.violations, "broken promises of the decoder: \(Set(decoder.broken.map(\.sentence)).sorted())")
    if door.growth > Self.allowedGrowth { failures.append("the ingress grew by \(Int(door.growth * 100)) %") }
    return failures
  }

  var text: String {
    let statuses = door.counts.statuses.sorted { $0.key < $1.key }
      .map { "\($0.key == 0 ? "closed" : "\($0.key)") \($0.value)" }.joined(separator: ", ")
    func mebibytes(_ bytes: Int) -> String { fixed(Double(bytes) / 1_048_576, 1) }
    var lines = [
      "seed \(seed): \(cases) cases from \(seeds) seeds",
      "decoder: \(decoder.cases) cases in \(fixed(decoderSeconds, 1)) s, \(decoder.violations) violations",
      "door: \(door.counts.cases) cases in \(fixed(doorSeconds, 1)) s; \(statuses)",
      "ingress holds \(mebibytes(door.residentAfterWarmUp)) MiB after warm-up, \(mebibytes(door.residentAtEnd)) at the end",
      "crashes \(crashes.count), 5xx \(door.counts.serverErrors), silences \(door.counts.silences), "
        + "leaks \(door.counts.leaks), new in the corpus \(found)",
    ]
    lines += files.map { "kept: \($0)" }
    lines.append(failures.isEmpty ? "passed" : "FAILED: \(failures.joined(separator: "; "))")
    return lines.joined(separator: "\n")
  }

  var json: JSON {
    let statuses = door.counts.statuses.sorted { $0.key < $1.key }.map { ("\($0.key)", JSON($0.value)) }
    return [
      "seed": JSON(seed), "seeds": JSON(seeds), "cases": JSON(cases), "crashes": JSON(crashes.count),
      "decoder": [
        "cases": JSON(decoder.cases), "seconds": JSON(decoderSeconds), "violations": JSON(decoder.violations),
      ],
      "door": [
        "cases": JSON(door.counts.cases), "seconds": JSON(doorSeconds), "statuses": .object(JSONObject(statuses)),
        "server_errors": JSON(door.counts.serverErrors), "silences": JSON(door.counts.silences),
        "leaks": JSON(door.counts.leaks), "resident_after_warm_up": JSON(door.residentAfterWarmUp),
        "resident_at_end": JSON(door.residentAtEnd),
      ],
      "found": JSON(found), "failures": .array(failures.map { .string($0) }),
    ]
  }
}
