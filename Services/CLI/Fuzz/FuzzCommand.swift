import ArgumentParser
import JSON

struct FuzzCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz",
    abstract: "Throw changed webhooks at the decoder and at a real ingress, and count what breaks.",
    discussion: """
      Bodies, signatures and headers are changed versions of the conformance kit's vectors and of the corpus. A share \
      goes through sockets to an ingress with a throwaway database; the rest goes through parser, decoder and signature \
      check in processes that may die. Ends 1 on a crash, a 5xx, a missing answer, a digest in an answer, a broken \
      promise of the decoder, or an ingress that grew by more than a fifth.
      """,
    subcommands: [FuzzWorker.self])

  @Option(help: "How many in all.")
  var cases = 100_000

  @Option(help: "Decides every change; printed, so that a run can be had again.")
  var seed: UInt64?

  @Option(help: "The share of the cases that goes through sockets.")
  var socketShare = 0.1

  @Option(help: "The folder of the corpus; what crashed something is written there too.")
  var corpus = "Tests/FuzzCorpus"

  @Flag(help: "Add inputs that show something new to the corpus.")
  var keep = false

  @Option(help: "Processes for the decoder.")
  var workers = 2

  @Flag(help: "One JSON object instead of text.")
  var json = false

  func validate() throws {
    guard cases > 0, workers > 0 else { throw ValidationError("--cases and --workers take 1 or more.") }
    guard (0...1).contains(socketShare) else { throw ValidationError("--socket-share takes 0 to 1.") }
  }

  func run() async throws {
    let seed = seed ?? UInt64.random(in: 1...999_999)
    Surroundings.tell("seed \(seed)")
    let run = FuzzRun(
      cases: cases, socketShare: socketShare, seed: seed, corpus: corpus, keeps: keep,
      executables: Surroundings.executables, workers: workers, tell: Surroundings.tell)
    guard let report = try await untilInterrupted({ try await run.run() }) else { throw ExitCode(130) }
    Surroundings.show(json ? report.json.serialized() : report.text)
    guard report.failures.isEmpty else { throw ExitCode(1) }
  }
}
