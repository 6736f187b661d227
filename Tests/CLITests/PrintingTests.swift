import JSON
import LocalFleet
import Testing

@testable import CLI

@Suite("what a person reads")
struct PrintingTests {
  @Test(
    "a figure has the digits that were asked for",
    arguments: [(14.96, 1, "15.0"), (0.05, 2, "0.05"), (-0.5, 1, "-0.5"), (1234.5, 0, "1235"), (.infinity, 1, "–")])
  func figures(value: Double, digits: Int, text: String) {
    #expect(fixed(value, digits) == text)
  }

  @Test("a table has its first column to the left and figures to the right")
  func table() {
    let table = TextTable(head: ["", "ms"], rows: [["open loop", "9.5"], ["x", "12.0"]])
    #expect(table.text == "             ms\nopen loop   9.5\nx          12.0")
  }

  @Test("a load's report becomes one row")
  func report() throws {
    let json = try JSON(
      parsing: """
        {"answered": 200, "lost": 0, "duplicated": 1, "reordered": 2, "per_second": 1999.6,
         "latency_ms": {"p50": 1.25, "p90": 2, "p99": 3, "max": 4.04}}
        """)
    let cells = LoadReport(json: json).cells
    #expect(cells == ["200", "2000", "1.3", "2.0", "3.0", "4.0", "0", "1", "2"])
    #expect(cells.count == LoadReport.columns.count)
  }
}
