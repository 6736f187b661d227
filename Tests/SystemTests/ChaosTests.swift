import ChildProcesses
import FoundationEssentials
import JSON
import Synchronization
import Testing

extension SystemTests {
  /// The short version of `scripts/chaos`: every fault once, every step once.
  @Test(
    "under chaos no job is lost, swapped or doubled, and a worker dies at every named step", .timeLimit(.minutes(6)))
  func chaos() async throws {
    let report = try await ChaosTool.run(["--seconds", "40", "--json"])
    print("chaos: \(report.serialized())")
    #expect(report["failures"]?.array == [])
    for name in ["lost", "swapped", "doubled", "misnumbered", "left", "zombie_sends"] {
      #expect(report[name]?.int == 0, "\(name)")
    }
    #expect((report["done"]?.int ?? 0) > 500)
    #expect((report["fenced_zombies"]?.int ?? 0) > 0)
    let hits = report["hits_per_step"]?.object.map { Array($0) } ?? []
    #expect(hits.count > 10)
    for (step, count) in hits { #expect((count.int ?? 0) > 0, "\(step)") }
    let skipped = report["skipped"]?.array?.compactMap(\.string) ?? []
    for (fault, count) in report["faults"]?.object.map({ Array($0) }) ?? [] where !skipped.contains(fault) {
      #expect((count.int ?? 0) > 0, "\(fault)")
    }
    #expect((report["noticed_seconds"]?["half_open"]?.double ?? 99) < 2)
  }
}

/// `martlet chaos` as a process of its own.
private enum ChaosTool {
  /// What it printed as JSON, whatever its exit status says of it.
  static func run(_ arguments: [String]) async throws -> JSON {
    let printed = Mutex<[String]>([])
    let environment = ProcessInfo.processInfo.environment
    let command = ChildCommand("\(TestSystem.executables)/martlet", ["chaos"] + arguments, environment: environment)
    let child = try await ChildProcess.start(command, output: .lines { line in printed.withLock { $0.append(line) } })
    let exit = await child.exit
    let lines = printed.withLock { $0 }
    let report = lines.last { $0.hasPrefix("{") }
    try #require(report != nil, "it ended without a report, \(exit): \(lines.suffix(5).joined(separator: " | "))")
    return try JSON(parsing: report!)
  }
}
