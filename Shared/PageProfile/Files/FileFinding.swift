/// One thing in a file of the bot's that Meta would not take, or that nobody understands: where, what, and what to do.
/// Holds counts and the names of fields, not the texts.
package struct FileFinding: Sendable, Hashable, CustomStringConvertible {
  package enum Problem: Sendable, Hashable {
    /// What libyaml or Yams says of the text.
    case notYAML(String)
    case missing
    /// Another form than the one named.
    case notA(String)
    case unknown(allowed: [String])
    /// Outside of `row`.
    case outside(ProfileLimit.Row)
    case notHTTPS
    case notALink
    /// `https://` and a name, and nothing after it; no address in numbers, no localhost.
    case notADomain
    case notALocale
    case noDefaultLocale
    case twice
    case needs(String)
    case notBoth(String)
    case begins(with: String)
    case characters(String)
    /// A gap in a template's text: no example for it, or an example for none.
    case noExample(String), noGap(String)
    case mixedGaps, gapsNotInOrder
  }

  package let file: String
  /// From 1; nil where the whole file is meant.
  package let line: Int?
  /// Such as `persistent_menu.default.items[2].title`.
  package let field: String
  package let problem: Problem
  /// How much there was, where a limit was broken.
  package let value: Int?

  init(_ file: String, _ line: Int?, _ field: String, _ problem: Problem, value: Int? = nil) {
    self.file = file
    self.line = line
    self.field = field
    self.problem = problem
    self.value = value
  }

  /// The edge of Meta's limit that was passed.
  package var limit: Int? {
    guard case .outside(let row) = problem else { return nil }
    return isBelow(row) ? row.range.lowerBound : row.range.upperBound
  }

  package var description: String {
    let place = file + (line.map { ":\($0)" } ?? "")
    return "\(place): \(field.isEmpty ? "the file" : field) \(what). \(remedy)"
  }

  private func isBelow(_ row: ProfileLimit.Row) -> Bool { (value ?? 0) < row.range.lowerBound }

  private var what: String {
    switch problem {
    case .notYAML(let why): "is not YAML: \(why)"
    case .missing: "is missing"
    case .notA(let form): "is not \(form)"
    case .unknown(let allowed): "is none of \(allowed.joined(separator: ", "))"
    case .outside(let row):
      "has \(value ?? 0) \(row.unit.rawValue), and Meta takes no \(isBelow(row) ? "fewer" : "more") than "
        + "\(limit ?? 0) (\(row.source))"
    case .notHTTPS: "is not an https address"
    case .notALink: "is not an http or https address"
    case .notADomain: "is not https:// and the name of a host"
    case .notALocale: "is neither default nor a locale such as de_DE"
    case .noDefaultLocale: "has nothing for the locale default"
    case .twice: "stands there twice"
    case .needs(let other): "needs \(other)"
    case .notBoth(let other): "does not go with \(other)"
    case .begins(let prefix): "begins with \(prefix)"
    case .characters(let allowed): "has other characters than \(allowed)"
    case .noExample(let gap): "has the gap {{\(gap)}}, for which parameters has no example"
    case .noGap(let gap): "names \(gap), which no text has a gap for"
    case .mixedGaps: "mixes gaps with numbers and gaps with names"
    case .gapsNotInOrder: "has gaps that are not numbered 1, 2, 3 and on"
    }
  }

  private var remedy: String {
    switch problem {
    case .notYAML: "Correct it; docs/profile.md has examples."
    case .missing, .noDefaultLocale: "Add it."
    case .notA, .unknown: "Correct it; docs/profile.md has the form."
    case .outside(let row) where isBelow(row): "Fill it, or leave it out."
    case .outside(let row): row.unit == .items ? "Leave some out." : "Shorten it."
    case .notHTTPS, .notADomain: "Write it as https://shop.example."
    case .notALink: "Give a whole address, beginning with https://."
    case .notALocale: "Meta's locales are a language and a country: en_US, de_DE."
    case .twice: "Keep one."
    case .needs: "Add that, or leave this out."
    case .notBoth: "Keep one."
    case .begins: "Leave it away: Messenger adds it."
    case .characters: "Write it with those alone."
    case .noExample: "Meta's reviewers want to see one for each gap."
    case .noGap: "Leave it out, or check the spelling."
    case .mixedGaps, .gapsNotInOrder: "Give all of them names."
    }
  }
}

/// What is wrong with the files of a bot, all of it at once.
package struct FileErrors: Error, Sendable, CustomStringConvertible {
  package let findings: [FileFinding]

  package init(findings: [FileFinding]) {
    self.findings = findings
  }

  package var description: String { findings.map(\.description).joined(separator: "\n") }
}
