import JSON

/// What Meta takes at one place of a request, as data: `ShapeWalk` goes through a request and a shape side by side.
indirect enum Shape: Sendable {
  /// Words, of a length where Meta limits it.
  case text(MessageLimit? = nil)
  /// A string or a number, not empty.
  case id
  /// Letters, digits and `_`.
  case name(MessageLimit)
  case word(Set<String>)
  case flag
  case number
  case whole(MessageLimit? = nil)
  case link(isSecure: Bool = false)
  /// Of something that lies on Facebook already.
  case facebookLink
  /// `+`, country, number.
  case phone
  case list(MessageLimit? = nil, Shape)
  case object([Field], rules: [Rule] = [])
  /// Takes its shape by what stands in one of its members.
  case kinds(by: String, [String: Shape], otherwise: String? = nil)

  struct Field: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool

    static func must(_ name: String, _ shape: Shape) -> Field { Field(name: name, shape: shape, isRequired: true) }
    static func may(_ name: String, _ shape: Shape) -> Field { Field(name: name, shape: shape, isRequired: false) }
  }

  /// What Meta asks of several members at once.
  enum Rule: Sendable {
    case exactlyOne([String])
    case atLeastOne([String])
    /// The text may be empty only beside the other member.
    case filled(String, unless: String)
    case withoutSpaces(String)
    /// A link must be https where the flag is set.
    case secure(String, where: String)
    /// Of a list's elements, so many hold this in a member.
    case few(MessageLimit, of: String, where: String, is: JSON)
    case without(String)
  }
}
