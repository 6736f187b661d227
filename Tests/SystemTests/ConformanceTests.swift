import ChildProcesses
import FoundationEssentials
import JSON
import LocalFleet
import Synchronization
import Testing

extension SystemTests {
  @Suite("The conformance kit and the fuzzer")
  struct ConformanceTests {
    private static let alone: [FleetRole: Int] = [.simulator: 0, .identity: 0, .nlu: 0, .outbound: 0]

    @Test("find nothing in our ingress: every vector passes, every event stands in the ledger", .timeLimit(.minutes(4)))
    func green() async throws {
      try await TestSystem.with(replicas: Self.alone) { system in
        let url = try system.fleet.instance("ingress-1").url! + "/webhook"
        let (exit, report) = try await Tool.run([
          "conformance", url, "--app-secret", system.credentials.appSecret, "--verify-token",
          system.credentials.verifyToken, "--database-url", system.fleet.plan.databaseURL, "--json",
        ])
        let verdicts = report["verdicts"]?.array ?? []
        for verdict in verdicts where verdict["outcome"]?.string != "passed" {
          Issue.record("\(verdict["name"]?.string ?? "?"): \(verdict["failure"]?.string ?? "skipped")")
        }
        #expect(exit == .code(0))
        #expect(verdicts.count >= 150)
        // Where other receivers may choose, ours does what its documentation says.
        func statuses(_ name: String) -> [Int] {
          verdicts.first { $0["name"]?.string == name }?["statuses"]?.array?.compactMap(\.int) ?? []
        }
        #expect(statuses("other-object") == [404])
        #expect(statuses("gzip") == [415])
        let forgeries = verdicts.filter { $0["group"]?.string == "forgeries" && $0["name"]?.string != "long-header" }
        #expect(forgeries.allSatisfy { $0["statuses"]?.array?.allSatisfy { $0.int == 403 } == true })
      }
    }

    @Test("the kit ends 1 when the secret is another one", .timeLimit(.minutes(2)))
    func red() async throws {
      try await TestSystem.with(replicas: Self.alone) { system in
        let url = try system.fleet.instance("ingress-1").url! + "/webhook"
        let (exit, report) = try await Tool.run([
          "conformance", url, "--app-secret", "another", "--only", "messages", "no-signature", "--json",
        ])
        #expect(exit == .code(1))
        #expect(report["failed"]?.int == 14)
        #expect(report["passed"]?.int == 1)
      }
    }

    @Test("a short fuzz through parser, decoder and door: no crash, no 5xx, no growth", .timeLimit(.minutes(4)))
    func fuzz() async throws {
      let corpus = "/var/tmp/martlet-fuzz-test-\(ProcessInfo.processInfo.processIdentifier)"
      defer { try? FileManager.default.removeItem(atPath: corpus) }
      let (exit, report) = try await Tool.run(["fuzz", "--cases", "10000", "--corpus", corpus, "--json"])
      print("fuzz: \(report.serialized())")
      #expect(report["failures"]?.array == [])
      #expect(exit == .code(0))
      #expect(report["cases"]?.int == 10_000)
      #expect((report["door"]?["cases"]?.int ?? 0) >= 1000)
      #expect((report["door"]?["statuses"]?["200"]?.int ?? 0) > 100)
      #expect((report["door"]?["statuses"]?["403"]?.int ?? 0) > 100)
    }
  }
}

/// `martlet` as a process of its own.
private enum Tool {
  /// How it ended, and what it printed as JSON.
  static func run(_ arguments: [String]) async throws -> (ChildExit, JSON) {
    let printed = Mutex<[String]>([])
    let child = try await ChildProcess.start(
      ChildCommand(
        "\(TestSystem.executables)/martlet", arguments, environment: ProcessInfo.processInfo.environment),
      output: .lines { line in printed.withLock { $0.append(line) } })
    let exit = await child.exit
    // Longer than one piece of output.
    let text = printed.withLock { lines in lines.drop { !$0.hasPrefix("{") }.joined() }
    try #require(!text.isEmpty, "it ended without a report, \(exit): \(printed.withLock { $0.suffix(5) })")
    return (exit, try JSON(parsing: text))
  }
}
