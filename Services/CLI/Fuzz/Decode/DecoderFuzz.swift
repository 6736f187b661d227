import ChildProcesses
import FoundationEssentials
import Glibc
import Synchronization

/// Workers side by side, each with its share of the cases; one that dies is counted, its input kept, and another goes on.
struct DecoderFuzz: Sendable {
  struct Outcome: Sendable {
    var cases = 0
    var crashes: [FuzzCrash] = []
    var violations = 0
    var broken: [(sentence: String, body: [UInt8])] = []
    var found: [FuzzCorpus.Entry] = []
  }

  /// A case that takes longer hangs.
  private static let caseLimit = Duration.seconds(30)
  private static let crashLimit = 10

  let cases: Int
  let workers: Int
  let seed: UInt64
  let corpus: String
  /// What runs `fuzz worker`.
  var executable = Surroundings.executable

  func run() async throws -> Outcome {
    try await withThrowingTaskGroup(of: Outcome.self) { group in
      for worker in 0..<workers {
        let share = cases / workers + (worker < cases % workers ? 1 : 0)
        group.addTask { try await run(worker, share) }
      }
      return try await group.reduce(into: Outcome()) { all, one in
        all.cases += one.cases
        all.crashes += one.crashes
        all.violations += one.violations
        all.broken += one.broken
        all.found += one.found
      }
    }
  }

  private func run(_ worker: Int, _ share: Int) async throws -> Outcome {
    var outcome = Outcome()
    var life: UInt64 = 0
    while outcome.cases < share, outcome.crashes.count < Self.crashLimit {
      let path = "\(FileManager.default.temporaryDirectory.path)/martlet-fuzz-\(getpid())-\(worker)"
      let note = try FuzzNote(path: path)
      defer { unlink(path) }
      note.write(number: 0, input: [])
      let (exit, report) = try await live(
        share - outcome.cases, seed: seed &+ UInt64(worker) &* 1_000_003 &+ life, path, note)
      life += 7_919
      guard let report, exit == .code(0) else {
        try Task.checkCancellation()
        outcome.cases += note.number + 1
        outcome.crashes.append(FuzzCrash(part: "decoder", how: "\(exit)", input: note.input))
        continue
      }
      outcome.cases += report.cases
      outcome.violations += report.violations
      outcome.broken += report.broken
      outcome.found += report.found.map { FuzzCorpus.Entry(shows: $0.fact, body: $0.body) }
    }
    return outcome
  }

  private func live(
    _ cases: Int, seed: UInt64, _ path: String, _ note: FuzzNote
  ) async throws -> (ChildExit, FuzzWorkerReport?) {
    let lines = Mutex<[String]>([])
    let arguments = ["fuzz", "worker", "\(cases)", "\(seed)", corpus, path]
    let child = try await ChildProcess.start(
      ChildCommand(executable, arguments, environment: ["SWIFT_BACKTRACE": "enable=no"]),
      output: .lines { line in lines.withLock { $0.append(line) } })
    return await withTaskCancellationHandler {
      let watch = Task { try await Self.killWhenStuck(child, note) }
      let exit = await child.exit
      watch.cancel()
      return (exit, FuzzWorkerReport(lines: lines.withLock { $0 }))
    } onCancel: {
      child.signal(.kill)
    }
  }

  private static func killWhenStuck(_ child: ChildProcess, _ note: FuzzNote) async throws {
    var number = -1
    while true {
      // The first case comes after all seeds were read.
      try await Task.sleep(for: caseLimit)
      if note.number == number { child.signal(.quit) }
      number = note.number
    }
  }
}

/// A process died, or had to be ended, over an input.
struct FuzzCrash: Sendable {
  let part: String
  let how: String
  let input: [UInt8]
}
