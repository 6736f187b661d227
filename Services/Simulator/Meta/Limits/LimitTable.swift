/// The names of a table's rows, numbered from 0 without gaps.
protocol LimitName: CaseIterable, RawRepresentable<Int>, Sendable {}

/// Meta's numbers as data: one row a number, with its unit and the page of Meta's documentation that states it. The
/// simulator has tables of its own, so that a mistake in the bot's is not made twice.
struct LimitTable<Name: LimitName>: Sendable {
  struct Row: Sendable {
    let name: Name
    /// What Meta still takes; a maximum alone begins at 0.
    var range: ClosedRange<Int>
    let unit: LimitUnit
    let source: String

    init(_ name: Name, _ range: ClosedRange<Int>, _ unit: LimitUnit, _ source: String) {
      self.name = name
      self.range = range
      self.unit = unit
      self.source = source
    }

    init(_ name: Name, _ maximum: Int, _ unit: LimitUnit, _ source: String) {
      self.init(name, 0...maximum, unit, source)
    }
  }

  /// One for each name, in the order of the names.
  private(set) var rows: [Row]

  init(_ rows: [Row]) {
    self.rows = rows.sorted { $0.name.rawValue < $1.name.rawValue }
    precondition(self.rows.map(\.name.rawValue) == Array(0..<Name.allCases.count), "each name has one row")
  }

  subscript(name: Name) -> ClosedRange<Int> {
    get { rows[name.rawValue].range }
    set { rows[name.rawValue].range = newValue }
  }
}

enum LimitUnit: String, Sendable {
  /// UTF-16 code units.
  case characters
  case items, bytes, hours, days, minutes, calls
}
