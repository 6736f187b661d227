import ArgumentParser
import ChildProcesses
import FoundationEssentials
import JSON
import Synchronization
import Testing

@testable import CLI

@Suite("martlet bench ingress")
struct IngressBenchTests {
  @Test(
    "a small run against a real ingress loses nothing and tells its shares",
    .enabled(if: ProcessInfo.processInfo.environment["MARTLET_EXECUTABLES"] != nil, "needs MARTLET_EXECUTABLES"))
  func smallRun() async throws {
    let folder = ProcessInfo.processInfo.environment["MARTLET_EXECUTABLES"] ?? ""
    let arguments = [
      "bench", "ingress", "--json", "--events", "20", "1", "--messages", "2000", "--requests", "400", "--connections",
      "8", "--people", "50", "--offered", "500", "--seconds", "1", "--batch", "200",
    ]
    let lines = try await ChildProcess.run(
      ChildCommand("\(folder)/martlet", arguments, environment: ProcessInfo.processInfo.environment))
    let report = try JSON(parsing: try #require(lines.last { $0.hasPrefix("{") }))
    #expect((report["ratio"]?.double ?? 0) > 0)
    #expect((report["ratio_bare"]?.double ?? 0) > 0)
    #expect((report["bare"]?["requests"]?.int ?? 0) == 400)
    for (name, events) in [("events_20", 2000), ("events_1", 400), ("open_20", 500), ("open_1", 500)] {
      let run = try #require(report[name])
      #expect(run["events"]?.int == events)
      #expect(run["lost"]?.int == 0)
      #expect(run["refused"]?.int == 0)
      #expect((run["p99_ms"]?.double ?? 0) > 0)
    }
    #expect((report["events_20"]?["events_per_commit"]?.double ?? 0) >= 20)
  }

  @Test(
    "numbers that cannot be are refused",
    arguments: [["--events", "0"], ["--events", "1", "1"], ["--events", "1001"]])
  func validation(arguments: [String]) {
    #expect(throws: (any Error).self) { try IngressBenchCommand.parse(arguments) }
  }
}
