import ArgumentParser
import FoundationEssentials
import JSON

/// The decoder's half, in a process of its own: when it dies, the parent has the input.
struct FuzzWorker: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worker", abstract: "Started by `martlet fuzz`.", shouldDisplay: false)

  // Not options: those of the same name belong to the command above.
  @Argument var cases: Int
  @Argument var seed: UInt64
  @Argument var corpus: String
  @Argument var note: String

  func run() async throws {
    let note = try FuzzNote(path: note)
    let seeds = try FuzzSeeds.bodies(corpus: FuzzCorpus(folder: corpus))
    var random = SeededRandom(seed: seed)
    var mutator = Mutator(seeds)
    // What the seeds show is nothing new, and their names are the ones worth telling apart.
    var known: Set<String> = []
    for body in seeds { known.formUnion(DecodeCase(body, knownNames: nil).facts) }
    let names = Set(known.map { String($0.prefix { $0 != "," }) })
    var report = FuzzWorkerReport()
    for number in 0..<cases {
      let body = mutator.next(&random)
      note.write(number: number, input: body)
      let decoded = DecodeCase(body, knownNames: names)
      if let violation = decoded.violation ?? SignatureCase(body, &random).violation {
        report.add(violation: violation, body)
      }
      report.cases += 1
      guard !decoded.facts.isSubset(of: known) else { continue }
      for fact in decoded.facts.subtracting(known).sorted() { report.found.append((fact, body)) }
      known.formUnion(decoded.facts)
      mutator.add(body)
    }
    for line in report.lines { Surroundings.show(line) }
  }
}

/// What a worker prints at its end.
struct FuzzWorkerReport: Sendable {
  var cases = 0
  var violations = 0
  /// The first input of each kind of violation.
  private(set) var broken: [(sentence: String, body: [UInt8])] = []
  var found: [(fact: String, body: [UInt8])] = []

  mutating func add(violation: String, _ body: [UInt8]) {
    violations += 1
    if !broken.contains(where: { $0.sentence == violation }) { broken.append((violation, body)) }
  }

  init() {}

  /// One object a line: whoever reads lines cuts the very long ones.
  var lines: [String] {
    func line(_ name: String, _ text: String, _ body: [UInt8]) -> String {
      let base64 = Data(body.prefix(30_000)).base64EncodedString()
      return JSON.object([name: .string(text), "body": .string(base64)]).serialized()
    }
    let last: JSON = ["cases": JSON(cases), "violations": JSON(violations)]
    return broken.map { line("broken", $0.sentence, $0.body) }
      + found.filter { $0.body.count <= FuzzCorpus.keptBytes }.map { line("found", $0.fact, $0.body) }
      + [last.serialized()]
  }

  /// Nil for what a worker printed that did not come to its end.
  init?(lines: [String]) {
    for line in lines {
      guard let json = try? JSON(parsing: line) else { continue }
      let body = (json["body"]?.string).flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
      if let text = json["broken"]?.string { broken.append((text, body)) }
      if let text = json["found"]?.string { found.append((text, body)) }
      cases += json["cases"]?.int ?? 0
      violations += json["violations"]?.int ?? 0
    }
    if cases == 0 { return nil }
  }
}
