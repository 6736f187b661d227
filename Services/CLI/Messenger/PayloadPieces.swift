import ArgumentParser
import Foundation
import JSON

/// What a person has at hand, such as a line of a log or an example of Meta's: one JSON value, or one a line.
enum PayloadPieces {
  struct Piece {
    /// Nil where the whole is one value.
    let line: Int?
    let json: Result<JSON, JSONError>

    /// A problem that names the line.
    func naming(_ problem: String) -> String { (line.map { "line \($0): " } ?? "") + problem }
  }

  /// Empty for a payload of white space alone.
  static func read(_ bytes: [UInt8]) -> [Piece] {
    let lines = lines(of: bytes)
    guard !lines.isEmpty else { return [] }
    let whole = parse(bytes[...])
    guard case .failure = whole, lines.count > 1, case .success = parse(lines[0].bytes) else {
      return [Piece(line: nil, json: whole)]
    }
    return lines.map { Piece(line: $0.number, json: parse($0.bytes)) }
  }

  /// - Parameter file: Standard input where it is nil.
  static func bytes(of file: String?) throws -> [UInt8] {
    do {
      let source = try file.map { try FileHandle(forReadingFrom: URL(fileURLWithPath: $0)) } ?? .standardInput
      return Array(try source.readToEnd() ?? Data())
    } catch {
      throw ToolError(
        code: .files, doing: "read \(file ?? "standard input")", cause: "\(error.localizedDescription)",
        remedy: "name a file that can be read, or give the payload on standard input")
    }
  }

  /// Tells all of several problems on standard error, and ends with 1 where there was one.
  static func report(_ problems: [ToolError]) throws {
    guard let problem = problems.first else { return }
    guard problems.count > 1 else { throw problem }
    for problem in problems { FileHandle.standardError.write(Data("\(problem)\n".utf8)) }
    throw ExitCode.failure
  }

  private static func parse(_ bytes: ArraySlice<UInt8>) -> Result<JSON, JSONError> {
    do throws(JSONError) { return .success(try JSON(parsing: bytes)) } catch { return .failure(error) }
  }

  private static func lines(of bytes: [UInt8]) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      .map { (number: $0.offset + 1, bytes: $0.element) }.filter { !$0.bytes.allSatisfy(isSpace) }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
