/// Text on its way out: its length as Meta counts it, and its parts where it is too long for one message.
package enum MessageText {
  /// In UTF-16 code units; 0 for a text with nothing to see.
  package static func length(_ text: String) -> Int {
    text.allSatisfy(\.isWhitespace) ? 0 : text.utf16.count
  }

  /// The parts of a text in their order, each within the limit; nothing but white space at the cuts is lost. Cuts stand
  /// after a sentence where one ends in the second half of a part, else between words, else between two characters as
  /// people see them.
  package static func split(_ text: String, _ limit: MessageLimit = .text) -> [String] {
    split(text, atMost: MessageLimits.meta[limit].range.upperBound)
  }

  package static func split(_ text: String, atMost limit: Int) -> [String] {
    precondition(limit > 1, "a part holds at least one character beyond the first 65,536")
    var parts: [String] = []
    var rest = Substring(text)
    while length(String(rest)) > 0 {
      guard rest.utf16.count > limit else {
        parts.append(String(rest))
        break
      }
      let cut = self.cut(rest, limit)
      let part = rest[..<cut].trimmingEnd()
      if !part.isEmpty { parts.append(String(part)) }
      rest = rest[cut...].drop(while: \.isWhitespace)
    }
    return parts
  }

  /// Where to cut a text that is longer than the limit: never at its beginning, never beyond the limit.
  private static func cut(_ text: Substring, _ limit: Int) -> Substring.Index {
    var (length, end) = (0, text.startIndex)
    var (sentence, word): (Substring.Index?, Substring.Index?) = (nil, nil)
    var last: Character?
    while end < text.endIndex {
      let character = text[end]
      // A cut before white space keeps the part within the limit; a sentence needs some after its mark.
      if character.isWhitespace, end > text.startIndex {
        word = end
        if last.map(endsSentence) == true || character.isNewline, length >= limit / 2 { sentence = end }
      } else if let last, endsSentenceWithoutSpace(last), length >= limit / 2 {
        sentence = end
      }
      length += character.utf16.count
      guard length <= limit else { break }
      last = character
      end = text.index(after: end)
    }
    if let cut = sentence ?? word { return cut }
    return end > text.startIndex ? end : cutCharacter(text, limit)
  }

  /// One character longer than a whole message, made of marks upon marks: cut between two of them.
  private static func cutCharacter(_ text: Substring, _ limit: Int) -> Substring.Index {
    var (length, end) = (0, text.startIndex)
    for scalar in text.unicodeScalars {
      length += scalar.utf16.count
      guard length <= limit else { break }
      end = text.unicodeScalars.index(after: end)
    }
    return end
  }

  private static func endsSentence(_ character: Character) -> Bool {
    ".!?…:;".contains(character) || endsSentenceWithoutSpace(character)
  }

  private static func endsSentenceWithoutSpace(_ character: Character) -> Bool { "。！？".contains(character) }
}

extension Substring {
  fileprivate func trimmingEnd() -> Substring {
    var end = endIndex
    while end > startIndex {
      let before = index(before: end)
      guard self[before].isWhitespace else { break }
      end = before
    }
    return self[..<end]
  }
}
