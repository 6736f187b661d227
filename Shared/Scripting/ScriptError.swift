/// A line of a script that cannot be read, and what to write instead.
package struct ScriptError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case unknownCommand, unsupported, version
    case orphan, emptyTrigger, emptyReply, noReply, repeatedTrigger
    case wildcard, tag, star
  }

  package let code: Code
  package let file: String
  /// Counted from 1.
  package let line: Int
  package let what: String
  package let remedy: String

  init(_ code: Code, file: String, line: Int, what: String, remedy: String) {
    self.code = code
    self.file = file
    self.line = line
    self.what = what
    self.remedy = remedy
  }

  package var description: String { "\(file):\(line): \(what). \(remedy)" }
}
