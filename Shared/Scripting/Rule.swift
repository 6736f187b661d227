/// A trigger with its replies, and where it stands.
struct Rule {
  let trigger: Trigger
  let replies: [Template]
  let file: String
  let line: Int

  func reply(stars: [String], variables: [String: String], seed: UInt64) -> Reply {
    let template = replies[Int(mixed(seed) % UInt64(replies.count))]
    return Reply(
      text: template.fill(stars: stars, variables: variables), rule: "\(file):\(line) \(trigger.pattern)",
      variablesRead: template.variables)
  }

  /// SplitMix64's last steps: neighbouring seeds must not pick neighbouring replies.
  private func mixed(_ seed: UInt64) -> UInt64 {
    var value = seed &+ 0x9E37_79B9_7F4A_7C15
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return value ^ (value >> 31)
  }
}

/// A reply before it is said.
struct Template {
  enum Part {
    case text(String)
    /// Counted from 0.
    case star(Int)
    case variable(String)
  }

  let parts: [Part]

  var variables: [String] {
    var names: [String] = []
    for case .variable(let name) in parts where !names.contains(name) { names.append(name) }
    return names
  }

  /// Nothing in a person's words or a variable is read as a tag. A variable that is not set reads "undefined".
  func fill(stars: [String], variables: [String: String]) -> String {
    parts.map { part in
      switch part {
      case .text(let text): text
      case .star(let place): place < stars.count ? stars[place] : "undefined"
      case .variable(let name): variables[name] ?? "undefined"
      }
    }.joined()
  }
}
