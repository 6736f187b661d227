import ChildProcesses
import Foundation
import Synchronization
import Testing

@Suite("A send without grounds")
struct GroundlessTests {
  private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let language = [
    "-swift-version", "6", "-package-name", "martlet", "-enable-upcoming-feature", "InternalImportsByDefault",
  ]

  /// What the compiler complains of in Messenger with one more file, whose body this is.
  private func complaints(_ body: String) async throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "groundless-\(UUID())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let snippet = folder.appending(path: "Snippet.swift")
    try "func send() throws { _ = \(body) }\n".write(to: snippet, atomically: true, encoding: .utf8)
    let json = folder.appending(path: "JSON.swiftmodule").path
    let first = try await compile(["-emit-module", "-parse-as-library", "-module-name", "JSON", "-o", json], "JSON")
    try #require(first.isEmpty)
    return try await compile(["-typecheck", "-module-name", "Messenger", "-I", folder.path, snippet.path], "Messenger")
  }

  private func compile(_ arguments: [String], _ module: String) async throws -> [String] {
    let environment = ProcessInfo.processInfo.environment
    let compiler = try #require(
      (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/swiftc" }
        .first { FileManager.default.isExecutableFile(atPath: $0) })
    let sources = FileManager.default.enumerator(
      at: Self.root.appending(path: "Shared/\(module)"), includingPropertiesForKeys: nil)
    let files = try #require(sources).compactMap { ($0 as? URL)?.path }.filter { $0.hasSuffix(".swift") }
    let lines = Mutex<[String]>([])
    let child = try await ChildProcess.start(
      ChildCommand(
        compiler, Self.language + arguments + files, environment: environment),
      output: .lines { line in lines.withLock { $0.append(line) } })
    let exit = await child.exit
    let complaints = lines.withLock { $0 }.filter { $0.contains(".swift:") && $0.contains(" error: ") }
    #expect((exit == .code(0)) == complaints.isEmpty)
    return complaints
  }

  @Test("does not compile, and with them it does")
  func compiles() async throws {
    let with = #"try OutgoingMessage(to: .person("1"), content: .text("hi"), grounds: .reply)"#
    #expect(try await complaints(with).isEmpty)
    let without = #"try OutgoingMessage(to: .person("1"), content: .text("hi"))"#
    let complaints = try await complaints(without)
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("missing argument for parameter 'grounds' in call") == true)
  }

  @Test("in a human's name does not compile with free text")
  func operators() async throws {
    let named = #"try OutgoingMessage(to: .person("1"), content: .text("hi"), grounds: .humanAgent("Rosa"))"#
    let complaints = try await complaints(named)
    #expect(complaints.count == 1)
    #expect(complaints.first?.contains("OperatorKey") == true)
  }
}
