/// A reply's text to its parts: `<star>`, `<star2>`, `<get name>`, and `\n`, `\s`, `\\`, `\<`, `\{`, `\/`, `\#`.
enum TemplateParser {
  struct Problem: Error {
    let code: ScriptError.Code
    let what: String
    let remedy: String
  }

  static func parse(_ text: String, wildcards: Int) throws(Problem) -> Template {
    guard !text.isEmpty else {
      throw Problem(code: .emptyReply, what: "this reply is empty", remedy: "Write what to say after the -.")
    }
    var parts: [Template.Part] = []
    var literal = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      switch character {
      case "\\": literal += try escaped(&rest)
      case "<" where rest.first.map({ $0.isLetter || $0 == "@" }) ?? false:
        guard let end = rest.firstIndex(of: ">") else {
          throw Problem(code: .tag, what: "a tag has no >", remedy: #"Close it, or write \< for the sign itself."#)
        }
        if !literal.isEmpty { parts.append(.text(literal)) }
        literal = ""
        parts.append(try tag(rest[..<end], wildcards: wildcards))
        rest = rest[rest.index(after: end)...]
      case "{" where rest.first.map({ $0.isLetter || "@!".contains($0) }) ?? false:
        throw Problem(
          code: .unsupported, what: "tags in braces are not known",
          remedy: #"Remove it, or write \{ for the sign itself."#)
      default: literal.append(character)
      }
    }
    if !literal.isEmpty { parts.append(.text(literal)) }
    return Template(parts: parts)
  }

  private static func escaped(_ rest: inout Substring) throws(Problem) -> String {
    switch rest.popFirst() {
    case "n": return "\n"
    case "s": return " "
    case let sign? where #"\<{/#"#.contains(sign): return String(sign)
    default:
      throw Problem(code: .tag, what: "an unknown sign follows a backslash", remedy: #"Write \\ for a backslash."#)
    }
  }

  private static func tag(_ tag: Substring, wildcards: Int) throws(Problem) -> Template.Part {
    if tag.hasPrefix("star"), let number = tag == "star" ? 1 : Int(tag.dropFirst(4)), number >= 1 {
      guard number <= wildcards else {
        throw Problem(
          code: .star, what: "<\(tag)> has no wildcard to stand for: the trigger has \(wildcards)",
          remedy: "Add a wildcard to the trigger, or take the tag away.")
      }
      return .star(number - 1)
    }
    let words = tag.split(separator: " ")
    if words.count == 2, words[0] == "get", words[1].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }) {
      return .variable(String(words[1]))
    }
    throw Problem(
      code: .tag, what: "the tag <\(tag)> is not known",
      remedy: #"Known are <star>, <star1> to <star9> and <get name>; write \< for the sign itself."#)
  }
}
