import Foundation
import Messenger
import Testing

@Suite("The table of limits")
struct LimitTableTests {
  @Test("names each field and its source, and stands in the documentation as it is")
  func documented() throws {
    let file = URL(fileURLWithPath: #filePath).pathComponents.dropLast(4).joined(separator: "/") + "/docs/messages.md"
    let documentation = try String(contentsOf: URL(fileURLWithPath: file), encoding: .utf8)
    for row in MessageLimits.meta.rows {
      let line =
        "| `\(row.field)` | \(row.range.lowerBound) to \(row.range.upperBound) \(row.unit.rawValue) | \(row.source) |"
      #expect(documentation.contains(line), "\(row.limit)")
      #expect(MessageLimits.meta[row.limit] == row)
    }
  }
}
