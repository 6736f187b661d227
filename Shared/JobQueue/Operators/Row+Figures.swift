internal import Postgres

extension Row {
  /// A column of seconds with a fraction.
  func duration(_ column: String) throws -> Duration? {
    try optionalString(column).flatMap { Double($0) }.map { .seconds($0) }
  }

  /// An array of whole numbers, none of them NULL.
  func integers(_ column: String) throws -> [Int64] {
    try string(column).dropFirst().dropLast().split(separator: ",").compactMap { Int64($0) }
  }
}
