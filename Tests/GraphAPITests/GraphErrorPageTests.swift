import Foundation
import Testing

@testable import GraphAPI

@Suite("docs/errors.md tells what the table says")
struct GraphErrorPageTests {
  @Test("every row stands on the page, in order")
  func rows() throws {
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    let parts = page.components(separatedBy: "<!-- rows -->\n")
    let written = try #require(parts.last?.components(separatedBy: "<!-- /rows -->").first)
    let expected = Self.head + GraphErrorTable.rows.map(Self.line).joined() + "\n"
    #expect(written == expected, "the rows between the two marks should be:\n\(expected)")
  }

  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "docs/errors.md")

  private static let head = "\n| number | what happened | what Martlet does | what you can do |\n|---|---|---|---|\n"

  private static func line(_ row: GraphErrorTable.Row) -> String {
    "| \(number(row)) | \(row.advice.meaning) | \(doing(row.disposition)) | \(row.advice.remedy) |\n"
  }

  private static func number(_ row: GraphErrorTable.Row) -> String {
    let subcodes = row.subcodes.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)" }
    return [row.code.map { "\($0)" }, subcodes].compactMap(\.self).joined(separator: " / ")
  }

  private static func doing(_ disposition: GraphError.Disposition) -> String {
    switch disposition {
    case .retry: "tries again"
    case .slowDown: "slows down"
    case .parkPage: "pauses the page"
    case .reauthorise: "wants a new token"
    case .drop: "gives the message up"
    case .unknown: "waits for the echo"
    case .parkConversation: "lets the conversation wait"
    }
  }
}
