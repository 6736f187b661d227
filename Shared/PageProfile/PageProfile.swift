package import JSON

/// What a bot's `profile.yaml` wants of a page. A property that the file does not name is nobody's business here: it
/// stays as it is at Meta.
package struct PageProfile: Sendable, Hashable {
  package enum Wish: Sendable, Hashable {
    /// In Meta's form, as `MetaForm` writes it.
    case set(JSON)
    /// `none` in the file: taken away.
    case removed
  }

  package private(set) var wishes: [ProfileProperty: Wish]

  package init(_ wishes: [ProfileProperty: Wish]) {
    self.wishes = wishes
  }

  package static let fileName = "profile.yaml"

  /// - Parameters:
  ///   - text: The file's.
  ///   - file: Its name, for errors.
  /// - Throws: All that is wrong with it.
  package init(yaml text: String, file: String = PageProfile.fileName) throws(FileErrors) {
    self = try YAMLFile.read(file, text) { PageProfile(ProfileReader.read($0)) }
  }

  package subscript(property: ProfileProperty) -> Wish? { wishes[property] }
}
