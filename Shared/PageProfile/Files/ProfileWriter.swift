package import JSON
import Yams

/// Meta's properties as a file says them, for `pull` and for what a person reads of a difference.
package enum ProfileWriter {
  /// A whole `profile.yaml` of what Meta has. `foreign` names what a file cannot say, which is left out.
  package static func file(of answer: JSON) -> (text: String, foreign: [ProfileProperty]) {
    var members: [(Node, Node)] = []
    var foreign: [ProfileProperty] = []
    for property in ProfileProperty.allCases {
      guard let found = ProfileDiff.found(property, answer) else { continue }
      if let known = MetaForm.of(property, found) {
        members.append((Node(property.rawValue), node(property, known)))
      } else {
        foreign.append(property)
      }
    }
    return (members.isEmpty ? "{}\n" : text(Node(members, .implicit, .block)), foreign)
  }

  /// One property's lines, without its name.
  package static func lines(of property: ProfileProperty, _ value: JSON, isForeign: Bool) -> [String] {
    let node = isForeign ? node(anything: value) : node(property, value)
    if let scalar = node.scalar { return [scalar.string] }
    return text(node).split(whereSeparator: \.isNewline).map(String.init)
  }

  static func text(_ node: Node) -> String {
    // Yams fails only where its own emitter is broken.
    (try? Yams.serialize(node: node, width: -1, allowUnicode: true)) ?? ""
  }

  private static func node(_ property: ProfileProperty, _ value: JSON) -> Node {
    switch property {
    case .getStarted: words(value["payload"])
    case .greeting: localized(value) { words($0["text"]) }
    case .persistentMenu:
      localized(value) { entry in
        let items = list(entry["call_to_actions"]) { members($0, without: ["type"]) }
        guard entry["composer_input_disabled"] == true else { return items }
        return mapping([("composer_input_disabled", Node("true")), ("items", items)])
      }
    case .iceBreakers: localized(value) { list($0["call_to_actions"]) { members($0) } }
    case .commands: localized(value) { list($0["commands"]) { members($0) } }
    case .whitelistedDomains: list(value) { words($0) }
    case .accountLinkingURL: words(value)
    }
  }

  private static func localized(_ value: JSON, _ node: (JSON) -> Node) -> Node {
    mapping((value.array ?? []).map { ($0["locale"]?.string ?? MetaForm.defaultLocale, node($0)) })
  }

  private static func list(_ value: JSON?, _ node: (JSON) -> Node) -> Node {
    Node((value?.array ?? []).map(node), .implicit, .block)
  }

  private static func members(_ value: JSON, without omitted: Set<String> = []) -> Node {
    mapping(
      (value.object ?? [:]).filter { !omitted.contains($0.key) }.map { name, value in
        (name, value.bool.map { Node($0 ? "true" : "false") } ?? words(value))
      })
  }

  private static func mapping(_ members: [(String, Node)]) -> Node {
    Node(members.map { (Node($0.0), $0.1) }, .implicit, .block)
  }

  /// A text that YAML would read as something else stands in quotes.
  static func words(_ value: JSON?) -> Node {
    let text = value?.text ?? ""
    let isPlain = Node(text).tag == Node("a").tag && text != "none"
    if text.contains(where: \.isNewline) { return Node(text, .implicit, .doubleQuoted) }
    return Node(text, .implicit, isPlain ? .any : .doubleQuoted)
  }

  private static func node(anything value: JSON) -> Node {
    switch value {
    case .null: Node("null")
    case .bool(let value): Node(value ? "true" : "false")
    case .number(let literal): Node(literal)
    case .string: words(value)
    case .array(let items): Node(items.map(node(anything:)), .implicit, .block)
    case .object(let members): mapping(members.map { ($0.key, node(anything: $0.value)) })
    }
  }
}
