/// What a person wrote, as words to match, with the way back to their own spelling.
struct Input {
  struct Word {
    /// Lower case, letters, digits and symbols only: how a trigger's word is compared.
    let normalized: String
    /// Where it stands in the text, without the punctuation around it.
    let range: Range<String.Index>
  }

  let text: String
  let words: [Word]

  init(_ text: String) {
    self.text = text
    words = text.split(whereSeparator: \.isWhitespace).compactMap { piece in
      let normalized = Input.normalize(piece)
      guard !normalized.isEmpty else { return nil }
      let start = piece.firstIndex { !Input.surrounding.contains($0) } ?? piece.startIndex
      let end = piece.lastIndex { !Input.surrounding.contains($0) } ?? piece.startIndex
      return Word(normalized: normalized, range: start..<piece.index(after: end))
    }
  }

  var normalized: String {
    words.map(\.normalized).joined(separator: " ")
  }

  /// The words' own spelling, with whatever stands between them.
  func original(_ range: Range<Int>) -> String {
    guard let first = range.first, let last = range.last else { return text.trimmingSpace }
    return String(text[words[first].range.lowerBound..<words[last].range.upperBound])
  }

  /// Punctuation vanishes, inside a word too (`e-mail` is `email`, `don’t` is `dont`); an emoji is a word.
  static func normalize(_ piece: some StringProtocol) -> String {
    var kept = String.UnicodeScalarView()
    for scalar in piece.lowercased().unicodeScalars where !isPunctuation(scalar) { kept.append(scalar) }
    return String(kept)
  }

  private static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation, .control, .format:
      true
    case .mathSymbol, .currencySymbol, .modifierSymbol: scalar.isASCII
    default: scalar.properties.isVariationSelector
    }
  }

  /// What stands around a word without belonging to it; other signs, as in `C++` or `#5`, stay with it.
  private static let surrounding = Set<Character>(#".,;:!?¡¿…"'`´‘’‚“”„«»‹›()[]{}"#)
}

extension StringProtocol {
  var trimmingSpace: String {
    let rest = drop(while: \.isWhitespace)
    guard let end = rest.lastIndex(where: { !$0.isWhitespace }) else { return "" }
    return String(rest[...end])
  }
}
