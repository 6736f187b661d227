/// The left side of a rule: words and wildcards that must match the whole message.
struct Trigger {
  enum Token: Equatable {
    case word(String)
    /// `*`: one or more words, as few as possible.
    case words
    /// `_`: one word without a digit.
    case oneWord
    /// `#`: one word of digits; a sign or a decimal point does not count.
    case number
  }

  let tokens: [Token]
  /// As the script says it, normalised: two rules with one pattern would be the same rule.
  let pattern: String
  private let literals: Int
  let wildcards: Int

  init(_ tokens: [Token]) {
    self.tokens = tokens
    literals = tokens.count { if case .word = $0 { true } else { false } }
    wildcards = tokens.count - literals
    pattern = tokens.map(\.text).joined(separator: " ")
  }

  var isAtomic: Bool { wildcards == 0 }
  var isCatchAll: Bool { tokens == [.words] }

  func isMoreSpecific(than other: Trigger) -> Bool {
    rank.lexicographicallyPrecedes(other.rank)
  }

  /// Smaller is more specific: more words, then fewer `*`, fewer wildcards, more `#`.
  private var rank: [Int] {
    [
      -literals, tokens.count { $0 == .words }, wildcards, -tokens.count { $0 == .number },
    ]
  }

  /// What each wildcard stood for, in the person's own spelling; nil when the message does not match. A lone `*`
  /// also matches a message without any word, such as "?!".
  func match(_ input: Input) -> [String]? {
    if isCatchAll { return [input.original(input.words.indices)] }
    guard input.words.count >= tokens.count else { return nil }
    var matching = Matching(tokens: tokens, input: input)
    return matching.run(token: 0, word: 0) ? matching.stars.map(input.original) : nil
  }
}

extension Trigger.Token {
  var text: String {
    switch self {
    case .word(let word): word
    case .words: "*"
    case .oneWord: "_"
    case .number: "#"
    }
  }

  func matches(_ word: String) -> Bool {
    switch self {
    case .word(let expected): word == expected
    case .words: true
    case .oneWord: !word.contains(where: \.isNumber)
    case .number: word.allSatisfy { $0.isASCII && $0.isNumber }
    }
  }
}

/// Backtracking in linear time: where one `*` failed it fails from every later word too, as it could have gone on
/// there itself. A long message against many `*` stays cheap.
private struct Matching {
  let tokens: [Trigger.Token]
  let input: Input
  /// The words that each wildcard took.
  var stars: [Range<Int>] = []
  /// For each token, the earliest word from which a `*` there failed.
  private var failedFrom: [Int]

  init(tokens: [Trigger.Token], input: Input) {
    self.tokens = tokens
    self.input = input
    failedFrom = tokens.map { _ in .max }
  }

  mutating func run(token: Int, word: Int) -> Bool {
    guard token < tokens.count else { return word == input.words.count }
    guard word < failedFrom[token] else { return false }
    var end = word
    while end < input.words.count, tokens[token].matches(input.words[end].normalized) {
      end += 1
      let depth = stars.count
      if !tokens[token].isLiteral { stars.append(word..<end) }
      if run(token: token + 1, word: end) { return true }
      stars.removeLast(stars.count - depth)
      if tokens[token] != .words { return false }
    }
    if tokens[token] == .words { failedFrom[token] = word }
    return false
  }
}

extension Trigger.Token {
  fileprivate var isLiteral: Bool {
    if case .word = self { true } else { false }
  }
}
