import FoundationEssentials
import Glibc
import JSON
import Testing

@testable import CLI

@Suite("fuzzing")
struct FuzzTests {
  private var seeds: [[UInt8]] {
    get throws { try FuzzSeeds.bodies(corpus: FuzzCorpus(folder: Self.repository + "/Tests/FuzzCorpus")) }
  }

  private static var repository: String {
    "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
  }

  @Test("the same seed makes the same inputs, another seed others")
  func seed() throws {
    let mutator = Mutator(try seeds.filter { $0.count < 2_000 })
    func inputs(_ seed: UInt64) -> [[UInt8]] {
      var random = SeededRandom(seed: seed)
      return (0..<200).map { _ in mutator.next(&random) }
    }
    #expect(inputs(7) == inputs(7))
    #expect(inputs(7) != inputs(8))
    #expect(Set(inputs(7)).count > 180)
  }

  @Test("two thousand changed bodies are decoded without a broken promise")
  func decoder() throws {
    let mutator = Mutator(try seeds.filter { $0.count < 20_000 })
    var random = SeededRandom(seed: 11)
    var facts: Set<String> = []
    for _ in 0..<2_000 {
      let body = mutator.next(&random)
      let decoded = DecodeCase(body, knownNames: ["message"])
      #expect(decoded.violation == nil)
      #expect(SignatureCase(body, &random).violation == nil)
      facts.formUnion(decoded.facts)
    }
    // Both sides of every fork: what is read, what is odd, what is refused.
    #expect(facts.contains("message"))
    #expect(facts.contains("json unexpectedByte"))
    #expect(facts.contains { $0.hasPrefix("refused") })
    #expect(facts.count > 15)
  }

  @Test("every entry of the corpus is decoded without a broken promise")
  func corpus() throws {
    let corpus = try FuzzCorpus(folder: Self.repository + "/Tests/FuzzCorpus")
    #expect(corpus.entries.count > 20)
    for entry in corpus.entries { #expect(DecodeCase(entry.body, knownNames: nil).violation == nil, "\(entry.shows)") }
  }

  @Test("a corpus keeps the smallest input for each fact, in whatever bytes it comes")
  func keeping() throws {
    let folder = "/var/tmp/martlet-corpus-test-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var corpus = try FuzzCorpus(folder: folder)
    #expect(corpus.add([.init(shows: "a", body: [1, 255]), .init(shows: "b", body: Array("hello".utf8))]) == 2)
    #expect(corpus.add([.init(shows: "a", body: [1, 2, 3]), .init(shows: "b", body: Array("hi".utf8))]) == 0)
    #expect(corpus.add([.init(shows: "c", body: Array(repeating: 0, count: 5_000))]) == 0)
    try corpus.save()
    let again = try FuzzCorpus(folder: folder)
    #expect(again.entries.map(\.shows) == ["a", "b"])
    #expect(again.entries.map(\.body) == [[1, 255], Array("hi".utf8)])
  }

  @Test("a worker that dies is counted with its input, and another goes on")
  func crash() async throws {
    // Dies over its first case, as far as its parent can see.
    let path = "/var/tmp/martlet-dying-worker-\(getpid())"
    defer { unlink(path) }
    try "#!/bin/sh\nkill -SEGV $$\n".write(toFile: path, atomically: true, encoding: .utf8)
    chmod(path, 0o700)
    let outcome = try await DecoderFuzz(cases: 6, workers: 2, seed: 1, corpus: "/nowhere", executable: path).run()
    #expect(outcome.crashes.map(\.how) == Array(repeating: "killed by SIG11", count: 6))
    #expect(outcome.cases == 6)
  }

  @Test("what a worker noted is known to its parent, and half a report is none")
  func note() throws {
    let path = "/var/tmp/martlet-note-test-\(getpid())"
    defer { unlink(path) }
    let (worker, parent) = (try FuzzNote(path: path), try FuzzNote(path: path))
    worker.write(number: 3, input: [9, 8, 7])
    #expect(parent.number == 3)
    #expect(parent.input == [9, 8, 7])
    #expect(FuzzWorkerReport(lines: [#"{"found":"x","body":"AQI="}"#, "Fatal error: …"]) == nil)
    var report = FuzzWorkerReport()
    report.cases = 2
    report.add(violation: "v", [1])
    report.found = [("f", [2])]
    let read = FuzzWorkerReport(lines: report.lines)
    #expect(read?.cases == 2 && read?.violations == 1 && read?.found.first?.body == [2])
  }

  @Test("a run fails for every reason there is")
  func failures() {
    #expect(FuzzReport(seed: 1).failures == [])
    var report = FuzzReport(seed: 1)
    report.door.crashes = [FuzzCrash(part: "door", how: "x", input: [])]
    report.door.counts.statuses = [200: 9, 503: 2]
    report.door.counts.silences = 1
    report.door.counts.leaks = 1
    report.decoder.violations = 1
    (report.door.residentAfterWarmUp, report.door.residentAtEnd) = (100, 121)
    #expect(report.failures.count == 6)
    report.door.residentAtEnd = 119
    #expect(report.failures.count == 5)
  }
}
