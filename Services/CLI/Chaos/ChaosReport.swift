import JSON
import JobQueue

/// What a run found, for people and for programs.
struct ChaosReport: Sendable {
  static let steps = ConsumerStep.allCases
  /// New work must be noticed so soon, whatever has become of the listening connection.
  static let noticeLimit = Duration.seconds(2)

  let seed: UInt64
  let length: Duration
  let faults: FaultDirector.Log
  let heard: OutsideWorld.Heard
  let produced: ChaosProducer.Tally.Counts
  let count: OracleCount
  let crashes: [ChaosCrew.Crash]
  let starts: Int
  let drained: Duration?

  private var missedSteps: [ConsumerStep] { Self.steps.filter { heard.deaths[$0, default: 0] == 0 } }
  private var skipped: [ChaosFault] { ChaosFault.allCases.filter { $0.lacks != nil } }
  private var missedFaults: [ChaosFault] {
    ChaosFault.allCases.filter { $0.lacks == nil && faults.counts[$0, default: 0] == 0 }
  }

  /// What is not as it must be; empty when the run passed.
  var failures: [String] {
    let zeros = [
      ("lost", count.lost), ("swapped", count.swapped + heard.swapped), ("doubled", count.doubled),
      ("misnumbered by producers", count.misnumbered + produced.clashes), ("zombie sends", heard.zombieSends),
      ("left in the queue or parked", count.left), ("workers that crashed by themselves", crashes.count),
    ]
    var failures = zeros.filter { $0.1 != 0 }.map { "\($0.0): \($0.1)" }
    failures += missedSteps.map { "nobody died at the step \($0.rawValue)" }
    failures += missedFaults.map { "the fault never came: \($0.rawValue)" }
    if faults.worstNoticedHalfOpen > Self.noticeLimit { failures.append("work with half-open listeners noticed late") }
    if faults.worstReconnect > Self.noticeLimit { failures.append("half-open connections noticed late") }
    if ChaosFault.wrongClock.lacks == nil, heard.clockSkew < 3590 { failures.append("no worker's clock was wrong") }
    if heard.discardedByZombies == 0 { failures.append("no zombie had a completion to be discarded") }
    if drained == nil { failures.append("it did not drain") }
    return failures
  }

  var text: String {
    var lines = ["faults, seed \(seed), \(seconds(length, 0)) s:"]
    lines += ChaosFault.allCases.map { fault in
      let count = fault.lacks.map { "skipped: \($0) is not installed" } ?? "\(faults.counts[fault, default: 0])"
      return "  \(fault.rawValue): \(count)"
    }
    lines.append("  killed at a named step: \(heard.deaths.values.reduce(0, +)) (\(starts) starts of workers)")
    lines.append("hits per step:")
    lines += Self.steps.map { "  \($0.rawValue): \(heard.deaths[$0, default: 0])" }
    lines += [
      "jobs put in \(count.sent), done \(count.done), buried as they should be \(count.buried)",
      "transactions of producers that broke \(produced.broken), of which had taken effect \(produced.landed)",
      "lost \(count.lost), swapped \(count.swapped + heard.swapped) (effects \(count.swapped), calls \(heard.swapped)), "
        + "doubled \(count.doubled), "
        + "left \(count.left), misnumbered \(count.misnumbered + produced.clashes)",
      "calls to the outside \(heard.acts), for jobs that ran again \(heard.acts - heard.jobs)",
      "zombie sends \(heard.zombieSends), stopped between look and call \(heard.caughtInBetween)",
      "discarded completions \(heard.discarded), of which fenced zombies \(heard.discardedByZombies)",
      "worst time to notice new work: \(seconds(faults.worstNoticed)) s healthy, "
        + "\(seconds(faults.worstNoticedHalfOpen)) s with half-open listeners "
        + "(listening again after \(seconds(faults.worstReconnect)) s), "
        + "\(seconds(faults.worstNoticedByPoll)) s with NOTIFY off",
      "clock of a worker wrong by \(heard.clockSkew) s; drained in \(drained.map { seconds($0) } ?? "never") s",
    ]
    for crash in crashes.prefix(3) { lines += ["worker: \(crash.exit)"] + crash.lines.map { "  \($0)" } }
    lines += failures.isEmpty ? ["passed"] : failures.map { "FAILED: \($0)" }
    return lines.joined(separator: "\n")
  }

  var json: JSON {
    var faultCounts: JSONObject = [:]
    for fault in ChaosFault.allCases { faultCounts[fault.key] = JSON(faults.counts[fault, default: 0]) }
    var steps: JSONObject = [:]
    for step in Self.steps { steps[step.rawValue] = JSON(heard.deaths[step, default: 0]) }
    return [
      "seed": .number("\(seed)"), "seconds": number(length), "faults": .object(faultCounts),
      "skipped": .array(skipped.map { .string($0.key) }), "hits_per_step": .object(steps),
      "jobs": JSON(count.sent), "done": JSON(count.done), "buried": JSON(count.buried),
      "broken_commits": JSON(produced.broken), "landed_commits": JSON(produced.landed), "lost": JSON(count.lost),
      "swapped": JSON(count.swapped + heard.swapped), "swapped_calls": JSON(heard.swapped),
      "doubled": JSON(count.doubled), "left": JSON(count.left),
      "misnumbered": JSON(count.misnumbered + produced.clashes), "zombie_sends": JSON(heard.zombieSends),
      "stopped_between_look_and_call": JSON(heard.caughtInBetween), "discarded": JSON(heard.discarded),
      "fenced_zombies": JSON(heard.discardedByZombies), "repeated_calls": JSON(heard.acts - heard.jobs),
      "noticed_seconds": [
        "healthy": number(faults.worstNoticed), "half_open": number(faults.worstNoticedHalfOpen),
        "listening_again": number(faults.worstReconnect), "notify_off": number(faults.worstNoticedByPoll),
      ],
      "clock_skew_seconds": JSON(heard.clockSkew), "drain_seconds": drained.map { number($0) } ?? .null,
      "failures": .array(failures.map { .string($0) }),
    ]
  }

  private func seconds(_ duration: Duration, _ digits: Int = 3) -> String { fixed(duration / .seconds(1), digits) }
  private func number(_ duration: Duration) -> JSON { .number(seconds(duration)) }
}
