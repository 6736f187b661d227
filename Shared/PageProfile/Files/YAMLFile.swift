import Yams

/// A YAML file while it is read: everything that is wrong with it is noted, and reading goes on.
final class YAMLFile {
  let name: String
  private(set) var findings: [FileFinding] = []

  init(_ name: String) {
    self.name = name
  }

  /// Reads the file's one document with `read`.
  static func read<Value>(
    _ name: String, _ text: String, _ read: (YAMLField) -> Value
  ) throws(FileErrors) -> Value {
    let file = YAMLFile(name)
    guard let root = file.root(text) else { throw FileErrors(findings: file.findings) }
    let value = read(YAMLField(file: file, node: root, path: ""))
    guard file.findings.isEmpty else { throw FileErrors(findings: file.findings) }
    return value
  }

  func note(_ line: Int?, _ field: String, _ problem: FileFinding.Problem, value: Int? = nil) {
    findings.append(FileFinding(name, line, field, problem, value: value))
  }

  private func root(_ text: String) -> Node? {
    do {
      guard let root = try Yams.compose(yaml: text) else {
        note(nil, "", .missing)
        return nil
      }
      return root
    } catch let error as YamlError {
      let (line, why) = Self.place(of: error)
      note(line, "", .notYAML(why))
    } catch {
      note(nil, "", .notYAML("it cannot be read"))
    }
    return nil
  }

  private static func place(of error: YamlError) -> (line: Int?, why: String) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (mark.line, problem)
    case .duplicatedKeysInMapping(let names, let context):
      (context.mark.line, "\(names.sorted().joined(separator: ", ")) stands there twice")
    case .reader(let problem, _, _, _): (nil, problem)
    default: (nil, "it cannot be read")
    }
  }
}

/// One place in a file.
struct YAMLField {
  let file: YAMLFile
  let node: Node
  let path: String

  func note(_ problem: FileFinding.Problem, value: Int? = nil) {
    file.note(node.mark?.line, path, problem, value: value)
  }

  var isScalar: Bool { node.scalar != nil }
  var isSequence: Bool { node.sequence != nil }
  /// The word for what shall not be there; in quotes it is a text like any other.
  var isNone: Bool { node.scalar.map { $0.string == "none" && ($0.style == .plain || $0.style == .any) } ?? false }
  /// A mapping without members.
  var isEmpty: Bool { node.mapping?.isEmpty == true }

  /// Members in the order of the file; nil, and noted, where it is no mapping.
  var members: [(name: String, field: YAMLField)]? {
    guard case .mapping(let mapping) = node else {
      note(.notA("a mapping of names to values"))
      return nil
    }
    return mapping.compactMap { key, value in
      guard let name = key.scalar?.string else {
        note(.notA("a mapping of names to values"))
        return nil
      }
      return (name, YAMLField(file: file, node: value, path: path.isEmpty ? name : "\(path).\(name)"))
    }
  }

  /// The same with only these names; others are noted.
  func members(_ allowed: [String]) -> [String: YAMLField]? {
    guard let members else { return nil }
    var known: [String: YAMLField] = [:]
    for (name, field) in members {
      if allowed.contains(name) { known[name] = field } else { field.note(.unknown(allowed: allowed)) }
    }
    return known
  }

  var items: [YAMLField]? {
    guard case .sequence(let sequence) = node else {
      note(.notA("a list"))
      return nil
    }
    return sequence.enumerated().map { YAMLField(file: file, node: $1, path: "\(path)[\($0)]") }
  }

  func items(_ limit: ProfileLimit) -> [YAMLField]? {
    guard let items else { return nil }
    check(items.count, limit)
    return items
  }

  /// Whatever stands there as one word or text, also where YAML would read a number or a yes.
  var text: String? {
    guard let scalar = node.scalar, !isNothing else {
      note(.notA("a text"))
      return nil
    }
    return scalar.string
  }

  func text(_ limit: ProfileLimit) -> String? {
    guard let text else { return nil }
    // Meta counts UTF-16 code units, and takes no text without anything to see.
    check(text.allSatisfy(\.isWhitespace) ? 0 : text.utf16.count, limit)
    return text
  }

  var bool: Bool? {
    guard let value = node.bool else {
      note(.notA("true or false"))
      return nil
    }
    return value
  }

  /// `~`, `null`, or nothing at all: mostly a line that somebody meant to write.
  private var isNothing: Bool {
    guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
    return ["", "~", "null"].contains(scalar.string.lowercased())
  }

  private func check(_ value: Int, _ limit: ProfileLimit) {
    let row = limit.row
    if !row.range.contains(value) { note(.outside(row), value: value) }
  }
}
