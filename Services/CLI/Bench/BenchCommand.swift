import ArgumentParser

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure, on a throwaway database unless told otherwise.",
    subcommands: [
      PipelineBench.self, QueueBenchCommand.self, IngressBenchCommand.self, OutboundBenchCommand.self, BarePost.self,
      BareGraph.self,
    ])
}
