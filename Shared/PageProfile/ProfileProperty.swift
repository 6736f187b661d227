/// What a page shows before anybody writes (Meta, Messenger Profile API), in the order of a bot's file.
package enum ProfileProperty: String, Sendable, Hashable, CaseIterable {
  case getStarted = "get_started"
  case greeting
  case persistentMenu = "persistent_menu"
  case iceBreakers = "ice_breakers"
  case commands
  case whitelistedDomains = "whitelisted_domains"
  case accountLinkingURL = "account_linking_url"
}
