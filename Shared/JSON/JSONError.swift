/// Why some bytes are not JSON, and where. Never quotes the bytes: they may be a person's words.
package struct JSONError: Error, Hashable, CustomStringConvertible {
  package enum Code: String, Sendable {
    case unexpectedEnd, unexpectedByte, invalidNumber, invalidEscape, invalidUTF8, controlCharacter, tooDeep
    case tooManyValues, trailingContent
  }

  package var code: Code
  /// Bytes from the start of the text.
  package var offset: Int

  package init(code: Code, offset: Int) {
    self.code = code
    self.offset = offset
  }

  package var description: String {
    "Reading JSON failed at byte \(offset): \(sentence). \(remedy)"
  }

  package var remedy: String {
    switch code {
    case .unexpectedEnd: "Check whether the body was cut short on its way."
    case .invalidUTF8: "Send the text as UTF-8."
    case .tooDeep: "Send a flatter value."
    case .tooManyValues: "Send less at a time."
    default: "Correct the text at that byte."
    }
  }

  private var sentence: String {
    switch code {
    case .unexpectedEnd: "the text ends in the middle of a value"
    case .unexpectedByte: "a value, name, colon, comma or bracket was expected"
    case .invalidNumber: "not a number as JSON writes it"
    case .invalidEscape: "an unknown escape in a string"
    case .invalidUTF8: "a string is not UTF-8"
    case .controlCharacter: "a control character stands unescaped in a string"
    case .tooDeep: "arrays and objects are nested deeper than allowed"
    case .tooManyValues: "it holds more values than allowed"
    case .trailingContent: "something follows the value"
    }
  }
}
