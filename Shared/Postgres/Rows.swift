internal import CLibPQ

/// What a statement returned: its rows, and how many it touched.
///
/// It owns libpq's result, which is only read once it is here, so it may cross threads.
package final class Rows: @unchecked Sendable {
  private let result: OpaquePointer
  private let operation: String
  package let count: Int

  init(taking result: OpaquePointer, operation: String) {
    self.result = result
    self.operation = operation
    count = Int(PQntuples(result))
  }

  deinit {
    PQclear(result)
  }

  /// How many rows an INSERT, UPDATE or DELETE touched.
  package var affected: Int {
    Int(String(cString: PQcmdTuples(result))) ?? 0
  }

  package subscript(index: Int) -> Row {
    precondition(index >= 0 && index < count)
    return Row(rows: self, index: Int32(index))
  }

  /// Where a column stands; for who reads it of many rows.
  package func column(_ name: String) throws -> Column {
    let number = PQfnumber(result, name)
    guard number >= 0 else { throw mismatch("no column \(name)") }
    return Column(number: number, name: name)
  }

  fileprivate func text(_ column: Column, _ row: Int32) -> UnsafeBufferPointer<UInt8>? {
    guard PQgetisnull(result, row, column.number) == 0 else { return nil }
    let length = Int(PQgetlength(result, row, column.number))
    return UnsafeRawPointer(PQgetvalue(result, row, column.number)).map {
      UnsafeBufferPointer(start: $0.assumingMemoryBound(to: UInt8.self), count: length)
    }
  }

  fileprivate func mismatch(_ detail: String) -> PostgresError {
    PostgresError(code: .decoding, operation: operation, detail: detail)
  }
}

extension Rows: RandomAccessCollection {
  package var startIndex: Int { 0 }
  package var endIndex: Int { count }
}

/// A column of one result.
package struct Column: Sendable {
  fileprivate let number: Int32
  fileprivate let name: String
}

/// One row, read by column.
package struct Row: Sendable {
  let rows: Rows
  let index: Int32

  package func string(_ column: Column) throws -> String {
    try required(column, optionalString(column))
  }

  package func optionalString(_ column: Column) throws -> String? {
    rows.text(column, index).map { String(decoding: $0, as: UTF8.self) }
  }

  package func int(_ column: Column) throws -> Int {
    try required(column, optionalInt(column))
  }

  package func optionalInt(_ column: Column) throws -> Int? {
    guard let text = rows.text(column, index) else { return nil }
    guard let value = wholeNumber(text) else { throw rows.mismatch("column \(column.name) is not a whole number") }
    return value
  }

  package func int64(_ column: Column) throws -> Int64 {
    Int64(try int(column))
  }

  package func bool(_ column: Column) throws -> Bool {
    try required(column, rows.text(column, index)).elementsEqual(CollectionOfOne(UInt8(ascii: "t")))
  }

  /// The text's bytes, such as those of a `jsonb` column.
  package func utf8(_ column: Column) throws -> [UInt8] {
    try required(column, rows.text(column, index).map { Array($0) })
  }

  /// A `bytea` column.
  package func bytes(_ column: Column) throws -> [UInt8] {
    let text = try utf8(column)
    guard text.starts(with: Array("\\x".utf8)), text.count % 2 == 0 else {
      throw rows.mismatch("column \(column.name) is not bytea in hex")
    }
    func nibble(_ byte: UInt8) -> UInt8 { byte <= 57 ? byte - 48 : byte - 87 }
    return stride(from: 2, to: text.count, by: 2).map { nibble(text[$0]) << 4 | nibble(text[$0 + 1]) }
  }

  private func required<Value>(_ column: Column, _ value: Value?) throws -> Value {
    guard let value else { throw rows.mismatch("column \(column.name) is NULL") }
    return value
  }
}

/// By the column's name.
extension Row {
  package func string(_ column: String) throws -> String { try string(rows.column(column)) }
  package func optionalString(_ column: String) throws -> String? { try optionalString(rows.column(column)) }
  package func int(_ column: String) throws -> Int { try int(rows.column(column)) }
  package func optionalInt(_ column: String) throws -> Int? { try optionalInt(rows.column(column)) }
  package func int64(_ column: String) throws -> Int64 { try int64(rows.column(column)) }
  package func bool(_ column: String) throws -> Bool { try bool(rows.column(column)) }
  package func utf8(_ column: String) throws -> [UInt8] { try utf8(rows.column(column)) }
  package func bytes(_ column: String) throws -> [UInt8] { try bytes(rows.column(column)) }
}

/// A number as PostgreSQL writes it; nil when it is not one, or does not fit.
private func wholeNumber(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
  let isNegative = text.first == UInt8(ascii: "-")
  let digits = text.dropFirst(isNegative ? 1 : 0)
  guard !digits.isEmpty else { return nil }
  var value = 0
  for byte in digits {
    guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
    let digit = Int(byte - UInt8(ascii: "0"))
    let (shifted, overflows) = value.multipliedReportingOverflow(by: 10)
    let (sum, overflowsToo) = shifted.subtractingReportingOverflow(digit)
    guard !overflows, !overflowsToo else { return nil }
    value = sum
  }
  // Below zero there is room for one more.
  guard isNegative || value != .min else { return nil }
  return isNegative ? value : -value
}
