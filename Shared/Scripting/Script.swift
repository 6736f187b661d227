/// A bot's conversation in a subset of RiveScript: `+ trigger`, `- reply`, `^` continuation, `// comment`,
/// `! version`. A trigger's words match whatever their case and punctuation; `*` stands for one or more words, `_` for
/// one word and `#` for one number. A reply may say `<star>`, `<star1>`…`<star9>` and `<get name>`.
///
/// Pure: the same text, variables and seed give the same reply.
package struct Script: Sendable {
  /// One file of a script. Its name stands in errors and in `Reply.rule`.
  package struct Source: Sendable {
    package var text: String
    package var file: String

    package init(text: String, file: String) {
      self.text = text
      self.file = file
    }
  }

  private let atomic: [String: Rule]
  private let wild: [Rule]
  private let variables: Set<String>

  package init(parsing text: String, file: String) throws(ScriptError) {
    try self.init(parsing: [Source(text: text, file: file)])
  }

  /// Several files that make one script. One trigger may stand only once among them.
  package init(parsing sources: [Source]) throws(ScriptError) {
    var rules: [Rule] = []
    for source in sources { rules += try ScriptParser.rules(of: source) }
    var seen: [String: Rule] = [:]
    for rule in rules {
      if let earlier = seen.updateValue(rule, forKey: rule.trigger.pattern) {
        throw ScriptError(
          .repeatedTrigger, file: rule.file, line: rule.line,
          what: "the trigger \"\(rule.trigger.pattern)\" already stands at \(earlier.file):\(earlier.line)",
          remedy: "Put both replies under one trigger, or change one of them.")
      }
    }
    atomic = seen.filter { $0.value.trigger.isAtomic }
    wild = rules.filter { !$0.trigger.isAtomic }.enumerated().sorted {
      $0.element.trigger.isMoreSpecific(than: $1.element.trigger)
        || !$1.element.trigger.isMoreSpecific(than: $0.element.trigger) && $0.offset < $1.offset
    }.map(\.element)
    variables = Set(rules.flatMap(\.replies).flatMap(\.variables))
  }

  package var isEmpty: Bool { atomic.isEmpty && wild.isEmpty }

  /// Whether anything may be said at all: a lone `*` answers whatever no other trigger does.
  package var hasCatchAll: Bool { wild.contains { $0.trigger.isCatchAll } }

  /// Whether any reply would be another one if the variable were.
  package func reads(_ variable: String) -> Bool {
    variables.contains(variable)
  }

  /// The reply of the most specific trigger that matches: one without wildcards first, then more words, then fewer
  /// wildcards. Of several replies the seed picks one. nil when no trigger matches.
  package func reply(to text: String, variables: [String: String], seed: UInt64) -> Reply? {
    let input = Input(text)
    if let rule = atomic[input.normalized] { return rule.reply(stars: [], variables: variables, seed: seed) }
    for rule in wild {
      if let stars = rule.trigger.match(input) { return rule.reply(stars: stars, variables: variables, seed: seed) }
    }
    return nil
  }
}

/// What a script says, and why.
package struct Reply: Sendable, Hashable {
  package var text: String
  /// `file:line trigger`, such as `greetings.rive:4 hello *`.
  package var rule: String
  /// The variables that the text was made with, in the order they were read.
  package var variablesRead: [String]

  package init(text: String, rule: String, variablesRead: [String] = []) {
    self.text = text
    self.rule = rule
    self.variablesRead = variablesRead
  }
}
