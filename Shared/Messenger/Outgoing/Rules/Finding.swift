/// One thing in a request that Meta would refuse, or is not known to take. Holds counts and Meta's words, never a
/// person's.
package struct Finding: Sendable, Hashable, CustomStringConvertible {
  package enum Problem: String, Sendable, Hashable {
    case missing, wrongType = "wrong_type"
    case tooShort = "too_short", tooLong = "too_long"
    case tooFew = "too_few", tooMany = "too_many"
    case tooSmall = "too_small", tooLarge = "too_large"
    /// None of Meta's words for this place: `allowed` has them.
    case notAllowed = "not_allowed"
    case notALink = "not_a_link", notSecure = "not_secure", notFacebook = "not_facebook"
    case notAPhoneNumber = "not_a_phone_number"
    case spaces
    /// Of `allowed`, exactly one must be there, or at least one.
    case notExactlyOne = "not_exactly_one", noneOf = "none_of"
    case retiredTag = "retired_tag"
    /// What the message says does not go with its messaging type or tag.
    case groundsMismatch = "grounds_mismatch"
    /// Does not go with what stands beside it.
    case mismatch
    /// Not in Meta's reference: Meta passes it over, or refuses it.
    case unknownMember = "unknown_member"
  }

  /// Where, such as `message.attachment.payload.elements[2].title`.
  package let field: String
  package let problem: Problem
  /// The edge of Meta's limit that was passed.
  package var limit: Int?
  /// How much there was.
  package var value: Int?
  package var unit: MessageLimit.Unit?
  package var allowed: [String] = []
  package var tag: RetiredTag?
  package var source: String?

  init(_ field: String, _ problem: Problem) {
    self.field = field
    self.problem = problem
  }

  /// Whether Meta would refuse the request for it.
  package var isRefusal: Bool { problem != .unknownMember }

  /// Whether no message can be made with it. Whether grounds go with a message is `Lawfulness`' to say.
  var forbidsMaking: Bool { isRefusal && problem != .groundsMismatch }

  package var description: String { "\(sentence). \(remedy)" }
}

extension Finding {
  init(_ field: String, _ value: Int, beyond row: MessageLimit.Row) {
    let isBelow = value < row.range.lowerBound
    let problem: Problem =
      switch row.unit {
      case .characters: isBelow ? .tooShort : .tooLong
      case .items: isBelow ? .tooFew : .tooMany
      case .days: isBelow ? .tooSmall : .tooLarge
      }
    self.init(field, problem)
    limit = isBelow ? row.range.lowerBound : row.range.upperBound
    self.value = value
    unit = row.unit
    source = row.source
  }

  init(_ field: String, _ problem: Problem, allowed: some Sequence<String>) {
    self.init(field, problem)
    self.allowed = allowed.sorted()
  }

  package var sentence: String {
    let words = allowed.joined(separator: ", ")
    let edge = "\(limit ?? 0)" + (source.map { " (\($0))" } ?? "")
    let amount = "\(value ?? 0) \(unit?.rawValue ?? "")"
    return switch problem {
    case .missing: "\(field) is missing"
    case .wrongType: "\(field) is of another type than Meta takes"
    case .tooShort, .tooFew, .tooSmall: "\(field) has \(amount), and Meta takes no fewer than \(edge)"
    case .tooLong, .tooMany, .tooLarge: "\(field) has \(amount), and Meta takes no more than \(edge)"
    case .notAllowed: "\(field) is none of \(words)"
    case .notALink: "\(field) is not an http or https address"
    case .notSecure: "\(field) is not an https address"
    case .notFacebook: "\(field) is not an address of Facebook's"
    case .notAPhoneNumber: "\(field) is not a phone number of +, country and number"
    case .spaces: "\(field) has spaces"
    case .notExactlyOne: "\(field) must have exactly one of \(words)"
    case .noneOf: "\(field) must have at least one of \(words)"
    case .retiredTag: "\(field) is \(tag?.name ?? "a tag"), which Meta refuses since \(tag?.retired ?? "long ago")"
    case .groundsMismatch: "\(field) does not go with this kind of message"
    case .mismatch: "\(field) does not go with what stands beside it"
    case .unknownMember: "\(field) is not in Meta's reference"
    }
  }

  package var remedy: String {
    switch problem {
    case .missing: "Add it."
    case .wrongType, .notAllowed: "Correct it."
    case .tooShort, .tooFew, .tooSmall: "Fill it."
    case .tooLong where field == "message.text": "Split the text over several messages."
    case .tooLong, .tooLarge: "Shorten it."
    case .tooMany: "Leave some out."
    case .notALink: "Give a whole address, beginning with https://."
    case .notSecure: "Give an address that begins with https://."
    case .notFacebook: "Upload the file and give its attachment_id."
    case .notAPhoneNumber: "Give the number with + and its country."
    case .spaces: "Take them out."
    case .notExactlyOne: "Keep one."
    case .noneOf: "Add one."
    case .retiredTag: "Inside 24 hours no tag is needed; outside, send an approved utility template."
    case .mismatch: "Take it out."
    case .groundsMismatch:
      "UTILITY goes with message.template alone, the tag CUSTOMER_FEEDBACK with its template alone, a tag with "
        + "MESSAGE_TAG alone."
    case .unknownMember: "Check its spelling."
    }
  }
}
