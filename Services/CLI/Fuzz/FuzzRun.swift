/// All cases: a share through sockets, the rest in the decoder, one after the other so that neither slows the other.
struct FuzzRun: Sendable {
  let cases: Int
  /// Of the cases, how many go through sockets.
  let socketShare: Double
  let seed: UInt64
  let corpus: String
  /// Whether what showed something new is written into the corpus.
  let keeps: Bool
  let executables: String
  let workers: Int
  let tell: @Sendable (String) -> Void

  func run() async throws -> FuzzReport {
    var corpus = try FuzzCorpus(folder: corpus)
    let seeds = try FuzzSeeds.bodies(corpus: corpus)
    var report = FuzzReport(seed: seed)
    report.seeds = seeds.count
    let throughSockets = Int((Double(cases) * socketShare).rounded(.up))
    if throughSockets > 0 {
      tell("\(throughSockets) cases through sockets to a real ingress …")
      let start = ContinuousClock.now
      report.door = try await DoorFuzz(
        cases: throughSockets, connections: 8, seed: seed, seeds: seeds, executables: executables
      ).run()
      report.doorSeconds = (.now - start) / .seconds(1)
    }
    if cases > throughSockets {
      tell("\(cases - throughSockets) cases in the decoder …")
      let start = ContinuousClock.now
      report.decoder = try await DecoderFuzz(
        cases: cases - throughSockets, workers: workers, seed: seed, corpus: corpus.folder
      ).run()
      report.decoderSeconds = (.now - start) / .seconds(1)
    }
    report.found = corpus.add(report.decoder.found)
    if keeps, report.found > 0 { try corpus.save() }
    report.files = try keepBroken(report, corpus)
    return report
  }

  private func keepBroken(_ report: FuzzReport, _ corpus: FuzzCorpus) throws -> [String] {
    var files: [String] = []
    for (number, crash) in report.crashes.enumerated() {
      files.append(try corpus.saveCrash(crash.input, name: "\(crash.part)-\(seed)-\(number)"))
    }
    for (number, broken) in report.decoder.broken.enumerated() {
      files.append(try corpus.saveCrash(broken.body, name: "violation-\(seed)-\(number)"))
    }
    for (number, example) in report.door.counts.examples.enumerated() {
      let name = example.what.replacing(" ", with: "-")
      files.append(try corpus.saveCrash(example.bytes, name: "\(name)-\(seed)-\(number)"))
    }
    return files
  }
}
