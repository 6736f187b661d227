import HTTPClient
import SocketLoop
import Testing

@testable import CLI

/// The kit against a receiver of which it is known what is wrong.
@Suite("the conformance kit finds", .serialized)
struct FlawTests {
  /// Large bodies cost seconds each in a debug build; only flaws about size need them.
  private static let large: Set = [
    "body-of-3-MB", "body-of-300-kB", "forged-3-MB", "very-deep-json", "thousand-events", "wide-object",
  ]

  @Test("nothing in a receiver without a flaw", .timeLimit(.minutes(3)))
  func flawless() async throws {
    let report = try await run(nil, VectorSet.load())
    for verdict in report.failures { Issue.record("\(verdict.line ?? "")") }
    #expect(report.count(.skipped) == 0)
    #expect(report.verdicts.count { $0.kept != nil } > 90)
  }

  @Test("exactly what is wrong", .timeLimit(.minutes(5)), arguments: Flaw.allCases)
  func flaw(_ flaw: Flaw) async throws {
    var vectors = try VectorSet.load()
    if flaw == .slow {
      vectors.removeAll { !["thousand-events", "plain-text", "fifty-of-one-person"].contains($0.name) }
    } else if flaw != .smallBodies {
      vectors.removeAll { Self.large.contains($0.name) }
    }
    let report = try await run(flaw, vectors)
    let failed = Set(report.failures.map(\.vector.name))
    let expected = flaw.vectors(of: vectors)
    #expect(failed.symmetricDifference(expected).sorted() == [], "\(report.failures.compactMap(\.line))")
    #expect(!failed.isEmpty)
  }

  @Test("without a witness what only a witness can see goes unseen")
  func blind() async throws {
    let vectors = try VectorSet.load().filter { $0.group == "repeats" }
    #expect(try await run(.acknowledgesFirst, vectors, hasWitness: false).failures.isEmpty)
    #expect(try await run(.keepsDuplicates, vectors, hasWitness: false).failures.isEmpty)
  }

  @Test("nobody there: every vector that is sent fails")
  func nobody() async throws {
    let server = ReceiverServer { _ in nil }
    server.stop()
    let target = ConformanceTarget(url: server.url, appSecret: "s", verifyToken: nil)
    let vectors = try VectorSet.load().filter { $0.group == "verification" || $0.name == "plain-text" }
    let report = try await ConformanceRun(target: target, client: HTTPClient(loop: SocketLoop())).run(vectors)
    #expect(report.count(.passed) == 0)
    #expect(report.count(.skipped) > 5)
    #expect(report.failures.allSatisfy { $0.failure?.hasPrefix("no answer") == true })
  }

  private func run(
    _ flaw: Flaw?, _ vectors: [ConformanceVector], hasWitness: Bool = true
  ) async throws -> ConformanceReport {
    let receiver = Receiver(flaw)
    let server = ReceiverServer { receiver.answer($0) }
    defer { server.stop() }
    let client = HTTPClient(loop: SocketLoop())
    let target = ConformanceTarget(
      url: server.url, appSecret: Receiver.secret, verifyToken: Receiver.verifyToken,
      // A debug build on a busy machine takes long for the large ones.
      limit: .seconds(flaw == .slow ? 5 : 30))
    var run = ConformanceRun(target: target, client: client)
    if hasWitness { run.witness = HTTPWitness(url: server.witness, client: client) }
    return try await run.run(vectors)
  }
}
