/// One plan as auto_explain prints it, with the step that ran it.
struct ExplainedPlan {
  /// The few rows of these may be scanned in any way.
  private static let small: Set<String> = ["queue_lane", "queue_era", "queue_worker", "queue_pause", "page", "ledger"]

  let statement: String
  var lines: [String] = []

  /// The plans in psql's output, in which a line `== step` goes before what each step prints.
  static func read(_ output: [String]) -> [ExplainedPlan] {
    var plans: [ExplainedPlan] = []
    var statement = ""
    for line in output {
      if line.hasPrefix("== ") {
        statement = String(line.dropFirst(3))
      } else if line.contains("LOG:  duration:") {
        plans.append(ExplainedPlan(statement: statement))
      } else if !plans.isEmpty, plans[plans.count - 1].statement == statement {
        plans[plans.count - 1].lines.append(line)
      }
    }
    return plans
  }

  /// Scans of whole tables, by the heap or by an index, and joins that read whole tables.
  var complaints: [String] {
    var complaints: [String] = []
    for (place, line) in lines.enumerated() {
      if let table = table(after: "Seq Scan on ", in: line) { complaints.append("scans \(table)") }
      if line.contains("Index Scan") || line.contains("Index Only Scan"), let table = table(after: " on ", in: line) {
        let condition = place + 1 < lines.count ? lines[place + 1] : ""
        if !condition.contains("Index Cond:") { complaints.append("reads all of an index of \(table)") }
      }
      if line.contains("Hash "), line.contains("Join"), readsTable(under: place) { complaints.append("joins by hash") }
      if line.contains("Merge "), line.contains("Join"), readsTable(under: place) {
        complaints.append("joins by merge")
      }
    }
    return complaints
  }

  /// The table that a node reads, unless it is one of the small ones.
  private func table(after word: String, in line: String) -> String? {
    guard let found = line.firstRange(of: word) else { return nil }
    let name = line[found.upperBound...].prefix { $0 != " " }
    return Self.small.contains(String(name)) ? nil : String(name)
  }

  /// Whether a node reads a table: what a statement was given, and made of that, may be joined in any way.
  private func readsTable(under node: Int) -> Bool {
    let depth = indentation(lines[node])
    return lines[(node + 1)...].prefix { indentation($0) > depth }.contains { line in
      line.contains("Scan") && !line.contains("CTE Scan") && !line.contains("Function Scan")
        && (table(after: " on ", in: line) != nil)
    }
  }

  private func indentation(_ line: String) -> Int { line.prefix { $0 == " " }.count }
}
