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

  fileprivate func text(_ column: String, _ row: Int32) throws -> UnsafeBufferPointer<UInt8>? {
    let number = PQfnumber(result, column)
    guard number >= 0 else { throw mismatch("no column \(column)") }
    guard PQgetisnull(result, row, number) == 0 else { return nil }
    let length = Int(PQgetlength(result, row, number))
    return UnsafeRawPointer(PQgetvalue(result, row, number)).map {
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

/// One row, read by column name.
package struct Row: Sendable {
  let rows: Rows
  let index: Int32

  package func string(_ column: String) throws -> String {
    try required(column, optionalString(column))
  }

  package func optionalString(_ column: String) throws -> String? {
    try rows.text(column, index).map { String(decoding: $0, as: UTF8.self) }
  }

  package func int(_ column: String) throws -> Int {
    try required(column, optionalInt(column))
  }

  package func optionalInt(_ column: String) throws -> Int? {
    guard let text = try optionalString(column) else { return nil }
    guard let value = Int(text) else { throw rows.mismatch("column \(column) is not a whole number") }
    return value
  }

  package func int64(_ column: String) throws -> Int64 {
    Int64(try int(column))
  }

  package func bool(_ column: String) throws -> Bool {
    try string(column) == "t"
  }

  /// The text's bytes, such as those of a `jsonb` column.
  package func utf8(_ column: String) throws -> [UInt8] {
    try required(column, rows.text(column, index).map { Array($0) })
  }

  /// A `bytea` column.
  package func bytes(_ column: String) throws -> [UInt8] {
    let text = try utf8(column)
    guard text.starts(with: Array("\\x".utf8)), text.count % 2 == 0 else {
      throw rows.mismatch("column \(column) is not bytea in hex")
    }
    func nibble(_ byte: UInt8) -> UInt8 { byte <= 57 ? byte - 48 : byte - 87 }
    return stride(from: 2, to: text.count, by: 2).map { nibble(text[$0]) << 4 | nibble(text[$0 + 1]) }
  }

  private func required<Value>(_ column: String, _ value: Value?) throws -> Value {
    guard let value else { throw rows.mismatch("column \(column) is NULL") }
    return value
  }
}
