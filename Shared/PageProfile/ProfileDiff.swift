package import JSON

/// What has to change at Meta so that a page shows what its bot's file says.
package struct ProfileDiff: Sendable, Hashable {
  package struct Change: Sendable, Hashable {
    package let property: ProfileProperty
    /// In one form for both; nil where there is nothing.
    package let before: JSON?
    package let after: JSON?
    /// Meta has something that is not known here, so that `before` is as Meta wrote it.
    package let isForeign: Bool
  }

  package let changes: [Change]
  /// What Meta has and the file does not speak of.
  package let unmanaged: [ProfileProperty]

  /// - Parameter answer: Of `GET /{page}/messenger_profile`: an object of properties.
  package init(_ wanted: PageProfile, against answer: JSON) {
    var changes: [Change] = []
    var unmanaged: [ProfileProperty] = []
    var unchanged: Set<ProfileProperty> = []
    for property in ProfileProperty.allCases {
      let found = Self.found(property, answer)
      let known = found.flatMap { MetaForm.of(property, $0) }
      let isForeign = found != nil && known == nil
      switch wanted[property] {
      case nil where found != nil: unmanaged.append(property)
      case nil: break
      case .removed? where found == nil: break
      case .set(let value)? where value == known: unchanged.insert(property)
      case .removed?:
        changes.append(Change(property: property, before: known ?? found, after: nil, isForeign: isForeign))
      case .set(let value)?:
        changes.append(Change(property: property, before: known ?? found, after: value, isForeign: isForeign))
      }
    }
    self.changes = changes
    self.unmanaged = unmanaged
    self.unchanged = unchanged
  }

  package var isEmpty: Bool { changes.isEmpty }

  /// The properties to take away, as `DELETE` names them.
  package var removed: [ProfileProperty] { changes.filter { $0.after == nil }.map(\.property) }

  /// The body of `POST`, which sets what it names and nothing else; nil where nothing is set.
  package var body: JSON? {
    let set = changes.compactMap { change in change.after.map { (change.property.rawValue, $0) } }
    return set.isEmpty ? nil : .object(JSONObject(set))
  }

  /// Why Meta would refuse these changes: the menu lives only beside the Get Started button.
  package var obstacle: String? {
    func isThere(_ property: ProfileProperty) -> Bool {
      changes.first { $0.property == property }.map { $0.after != nil } ?? kept.contains(property)
    }
    guard isThere(.persistentMenu), !isThere(.getStarted), !isEmpty else { return nil }
    return changes.contains { $0.property == .getStarted }
      ? "the page has a persistent_menu, which needs get_started; write persistent_menu: none to take it away, too"
      : "a persistent_menu needs get_started, and the page has none; write one"
  }

  /// What stands at Meta and stays as it is.
  private var kept: Set<ProfileProperty> { Set(unmanaged).union(unchanged) }
  private let unchanged: Set<ProfileProperty>

  /// Meta leaves out what is not set, or says that it is empty.
  static func found(_ property: ProfileProperty, _ answer: JSON) -> JSON? {
    guard let value = answer[property.rawValue], !value.isNull else { return nil }
    if value == .array([]) || value == .string("") { return nil }
    return value
  }
}
