import ArgumentParser
import FoundationEssentials
import JSON

struct ChaosCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chaos", abstract: "Break everything around the queue for a while, and count what was lost.",
    discussion: """
      Three workers do the jobs of some hundreds of conversations on a throwaway database, while they are killed, \
      stopped and misled, and PostgreSQL and the network with them. At the end every conversation must have had each \
      of its jobs once and in order. The exit status is 1 when anything is not so.
      """,
    subcommands: [ChaosWorker.self])

  @Option(help: "How long faults go on; the drain and the count come after it.")
  var minutes: Double?

  @Option(help: "The same in seconds.")
  var seconds: Double?

  @Option(help: "Decides which faults come when; printed, so that a run can be had again.")
  var seed: UInt64?

  @Option(help: ArgumentHelp("Only these faults, by their names in JSON, with commas.", visibility: .hidden))
  var only: String?

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func run() async throws {
    let length = Duration.seconds(seconds ?? (minutes ?? 1) * 60)
    let seed = seed ?? UInt64.random(in: 1...999_999)
    Surroundings.tell("chaos for \(Int(length / .seconds(1))) s, seed \(seed)")
    let faults = ChaosFault.allCases.filter { only?.split(separator: ",").contains(Substring($0.key)) ?? true }
    let report = try await untilInterrupted {
      try await ChaosRun(length: length, seed: seed, faults: faults, tell: Surroundings.tell).run()
    }
    guard let report else { throw ExitCode(130) }
    Surroundings.show(json ? report.json.serialized() : report.text)
    guard report.failures.isEmpty else { throw ExitCode(1) }
  }
}
