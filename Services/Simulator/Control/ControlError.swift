/// A control call that makes no sense: answered with 400 and this text.
struct ControlError: Error, Sendable, Hashable, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}
