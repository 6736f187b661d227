package import JSON

extension Settings {
  package var databaseURL: String { get throws { try required(.databaseURL) } }

  /// Past a pooler, for LISTEN and migrations; `databaseURL` when nothing else is set.
  package var databaseDirectURL: String { get throws { try string(.databaseDirectURL) ?? databaseURL } }

  /// The sealing keys as they were written; the Cryptography module reads them.
  package var keysJSON: String { get throws { try required(.keys) } }

  /// - Throws: `ConfigurationError` with the place of the mistake, never the text.
  package func json(_ name: SettingName) throws -> JSON? {
    guard let text = string(name) else { return nil }
    do {
      return try JSON(parsing: text)
    } catch {
      throw ConfigurationError.malformed(name, "is not JSON (\(error.code.rawValue) at byte \(error.offset))")
    }
  }

  /// A Meta app. Two secrets may be live at once, while one takes the place of the other.
  package struct App: Sendable, Hashable {
    package var id: String
    package var secrets: [String]
    package var verifyToken: String
  }

  /// The apps in the order they were written.
  /// - Throws: `ConfigurationError` when there is none, or one has no secret: a check is never switched off.
  package var apps: [App] {
    get throws {
      guard let members = try json(.apps) else { throw ConfigurationError.missing(.apps) }
      guard let members = members.object, !members.isEmpty else {
        throw ConfigurationError.malformed(.apps, "names no app")
      }
      return try members.map { id, value in
        let secrets = value["secrets"]?.array?.compactMap(\.string).filter { !$0.isEmpty } ?? []
        guard !secrets.isEmpty else { throw ConfigurationError.malformed(.apps, "has no secret for app \(id)") }
        guard let token = value["verify_token"]?.string, !token.isEmpty else {
          throw ConfigurationError.malformed(.apps, "has no verify_token for app \(id)")
        }
        return App(id: id, secrets: secrets, verifyToken: token)
      }
    }
  }

  /// What becomes of a send whose outcome no echo settles within the grace time.
  package enum UnknownRule: String, Sendable, CaseIterable {
    /// Send it again: the person may read it twice.
    case resend
    /// Keep it back for a person's decision: the default.
    case hold
  }

  package struct PageSetting: Sendable, Hashable {
    package var id: String
    package var app: String
    package var name: String
    package var token: String
    package var unknownRule: UnknownRule
    /// Nil: only the links of attachments are recorded.
    package var media: MediaRule?
  }

  /// Which attachments a page wants kept.
  package struct MediaRule: Sendable, Hashable {
    /// Bytes of one attachment; default and at most 25 MiB, as much as Meta takes.
    package var maximumBytes: Int
    /// Meta's words: image, audio, video, file, sticker, reel. Default the first four.
    package var types: [String]

    static let largest = 25 << 20
    static let allTypes: Set = ["image", "audio", "video", "file", "sticker", "reel"]

    /// Nil when the page does not ask for it.
    init?(_ json: JSON?, of page: String) throws {
      guard let json, json["keep"]?.bool == true else { return nil }
      maximumBytes = json["max_bytes"]?.int ?? Self.largest
      types = json["types"]?.array?.compactMap(\.string) ?? ["image", "audio", "video", "file"]
      guard (1...Self.largest).contains(maximumBytes), !types.isEmpty, Self.allTypes.isSuperset(of: types) else {
        throw ConfigurationError.malformed(.pages, "has a media of page \(page) with an unknown type or size")
      }
    }
  }

  /// The pages in the order they were written; none when nothing is set.
  package var pages: [PageSetting] {
    get throws {
      guard let members = try json(.pages) else { return [] }
      guard let members = members.object else { throw ConfigurationError.malformed(.pages, "is not a JSON object") }
      return try members.map { id, value in
        guard let app = value["app"]?.text, let token = value["token"]?.string, !token.isEmpty else {
          throw ConfigurationError.malformed(.pages, "lacks app or token for page \(id)")
        }
        guard let rule = UnknownRule(rawValue: value["unknown_rule"]?.string ?? UnknownRule.hold.rawValue) else {
          throw ConfigurationError.malformed(
            .pages, "has an unknown_rule for page \(id) that is neither resend nor hold")
        }
        return PageSetting(
          id: id, app: app, name: value["name"]?.string ?? id, token: token, unknownRule: rule,
          media: try MediaRule(value["media"], of: id))
      }
    }
  }
}

extension Settings.App: CustomStringConvertible, CustomReflectable {
  package var description: String { "App(\(id))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Settings.PageSetting: CustomStringConvertible, CustomReflectable {
  package var description: String { "PageSetting(\(id))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Settings {
  /// The first secret of each app, by the app's id; none where MARTLET_APPS is not set.
  package var appSecrets: [String: String] {
    get throws {
      guard string(.apps) != nil else { return [:] }
      return Dictionary(try apps.compactMap { app in app.secrets.first.map { (app.id, $0) } }) { first, _ in first }
    }
  }
}
