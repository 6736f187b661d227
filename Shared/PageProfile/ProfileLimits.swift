/// What Meta limits in a page's profile and in utility templates.
package enum ProfileLimit: String, Sendable, Hashable, CaseIterable {
  case getStarted, greeting
  case menuItems, menuTitle, menuPayload
  case iceBreakers, iceBreakerPayload
  case commands, commandName, commandDescription
  case domains
  case templateName, templateHeader, templateBody, templateButtons, templateButtonTitle
}

extension ProfileLimit {
  package enum Unit: String, Sendable, Hashable {
    /// UTF-16 code units, as Meta counts.
    case characters
    case items
  }

  /// One row: as few and as many as Meta takes.
  package struct Row: Sendable, Hashable {
    package let limit: ProfileLimit
    package let range: ClosedRange<Int>
    package let unit: Unit
    package let source: String

    fileprivate init(_ limit: ProfileLimit, _ range: ClosedRange<Int>, _ unit: Unit, _ source: String) {
      self.limit = limit
      self.range = range
      self.unit = unit
      self.source = source
    }
  }

  package var row: Row {
    switch self {
    case .getStarted: Row(self, 1...1000, .characters, "general knowledge")
    case .greeting: Row(self, 1...160, .characters, "general knowledge")
    case .menuItems: Row(self, 1...20, .items, "Meta, Messenger Profile API, persistent menu")
    case .menuTitle: Row(self, 1...30, .characters, "Meta, Messenger Profile API, persistent menu")
    case .menuPayload: Row(self, 1...1000, .characters, "Meta, Messenger Profile API, persistent menu")
    case .iceBreakers: Row(self, 1...4, .items, "Meta, Messenger Profile API, ice breakers")
    case .iceBreakerPayload: Row(self, 1...1000, .characters, "general knowledge")
    case .commands: Row(self, 1...100, .items, "Meta, Messenger Profile API, commands")
    case .commandName: Row(self, 1...32, .characters, "Meta, Messenger Profile API, commands")
    case .commandDescription: Row(self, 1...64, .characters, "Meta, Messenger Profile API, commands")
    case .domains: Row(self, 1...50, .items, "general knowledge")
    case .templateName: Row(self, 1...512, .characters, "general knowledge")
    case .templateHeader: Row(self, 1...60, .characters, "general knowledge")
    case .templateBody: Row(self, 1...1024, .characters, "general knowledge")
    case .templateButtons: Row(self, 1...3, .items, "Meta, Buttons reference")
    case .templateButtonTitle: Row(self, 1...20, .characters, "Meta, Buttons reference")
    }
  }
}
