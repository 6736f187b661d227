import Foundation
import Testing

@testable import ServiceKit

@Suite("The table of metrics")
struct MetricCatalogTests {
  private static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every name that begins with `martlet_` and stands alone in quotes, in the sources beside the table itself.
  private static func recorded() throws -> Set<String> {
    var names: Set<String> = []
    for folder in ["Services", "Shared"] {
      let files = FileManager.default.enumerator(
        at: repository.appending(path: folder), includingPropertiesForKeys: nil)
      while let file = files?.nextObject() as? URL {
        guard file.pathExtension == "swift", file.lastPathComponent != "MetricCatalog.swift" else { continue }
        for match in try String(contentsOf: file, encoding: .utf8).matches(of: /(?:label|name): "(martlet_[a-z_]+)"/) {
          names.insert(String(match.output.1))
        }
        for match in try String(contentsOf: file, encoding: .utf8).matches(of: /value\("(martlet_[a-z_]+)"/) {
          names.insert(String(match.output.1))
        }
      }
    }
    return names
  }

  private static var listed: Set<String> { Set(MetricCatalog.entries.keys.filter { $0.hasPrefix("martlet_") }) }

  @Test("what stands in the table is recorded somewhere, and what is recorded stands in the table")
  func complete() throws {
    let recorded = try Self.recorded()
    #expect(recorded.count > 10)
    #expect(Self.listed.subtracting(recorded).sorted() == [])
    #expect(recorded.subtracting(Self.listed).sorted() == [])
  }

  @Test("what stands in the table stands in the operators' document too")
  func documented() throws {
    let text = try String(contentsOf: Self.repository.appending(path: "docs/operations.md"), encoding: .utf8)
    #expect(Self.listed.filter { !text.contains("`\($0)`") }.sorted() == [])
  }

  @Test("the example rules ask only for what is recorded")
  func rules() throws {
    let text = try String(contentsOf: Self.rulesFile, encoding: .utf8)
    let asked = Set(text.matches(of: /martlet_[a-z_]+/).map { String($0.output) })
    let known = Self.listed.flatMap { name in
      MetricCatalog.entries[name]?.kind == .histogram ? [name, name + "_bucket", name + "_count"] : [name]
    }
    #expect(asked.subtracting(known).sorted() == [])
    #expect(asked.count > 5)
  }

  @Test("promtool takes the example rules", .enabled(if: Promtool.path != nil, "promtool is not installed"))
  func promtool() async throws {
    let (status, complaint) = try await Promtool.run(["check", "rules", Self.rulesFile.path])
    #expect(status == 0, "\(complaint)")
  }

  @Test("the example rules fire when they should", .enabled(if: Promtool.path != nil, "promtool is not installed"))
  func firing() async throws {
    let cases = Self.repository.appending(path: "Examples/prometheus-rules.test.yml").path
    let (status, complaint) = try await Promtool.run(["test", "rules", cases])
    #expect(status == 0, "\(complaint)")
  }

  private static let rulesFile = repository.appending(path: "Examples/prometheus-rules.yml")
}
