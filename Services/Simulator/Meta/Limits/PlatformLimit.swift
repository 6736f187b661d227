/// What Meta limits beside the shape of a message: time, calls, uploads, and what a page is set up with.
enum PlatformLimit: Int, LimitName {
  case window, humanAgent, customerFeedback, privateReply, oneTimeToken, marketingGap
  case textCalls, mediaCalls, conversationCalls, privateReplyCalls, profileCalls
  case callsPerPerson, pageCallsPerPerson, appCallsPerPerson
  case attachment, image, attachmentDays
  case batch, conversationDetails
  case personaName, personaPicture
  case getStarted, greeting, menuItems, menuTitle, menuPayload, iceBreakers, commands, commandName, commandText
  case domains
}

extension LimitTable<PlatformLimit> {
  static var meta: Self { platformLimits }
}

private let platformLimits = LimitTable<PlatformLimit>([
  .init(.window, 24, .hours, "Send messages, standard messaging window"),
  .init(.humanAgent, 7, .days, "Send messages, HUMAN_AGENT"),
  .init(.customerFeedback, 7, .days, "Send messages, CUSTOMER_FEEDBACK"),
  .init(.privateReply, 7, .days, "Private replies"),
  .init(.oneTimeToken, 365, .days, "One-time notification"),
  .init(.marketingGap, 48, .hours, "Marketing messages; the number is general knowledge"),
  .init(.textCalls, 300, .calls, "Rate limits: a second, a page"),
  .init(.mediaCalls, 10, .calls, "Rate limits: a second, a page, audio and video"),
  .init(.conversationCalls, 2, .calls, "Rate limits: a second, a page"),
  .init(.privateReplyCalls, 750, .calls, "Rate limits: an hour, a page"),
  .init(.profileCalls, 10, .calls, "Rate limits: ten minutes, a page"),
  .init(.callsPerPerson, 200, .calls, "Rate limits: Messenger, 24 hours, for each engaged person"),
  .init(.pageCallsPerPerson, 4800, .calls, "Rate limits: pages, an hour, for each engaged person"),
  .init(.appCallsPerPerson, 200, .calls, "Rate limits: platform, an hour, for each daily user"),
  .init(.attachment, 25 << 20, .bytes, "Attachment upload"),
  .init(.image, 8 << 20, .bytes, "Attachment upload, image by URL"),
  .init(.attachmentDays, 90, .days, "Attachment upload"),
  .init(.batch, 1...50, .items, "Graph API batch requests"),
  .init(.conversationDetails, 20, .items, "Conversations API"),
  .init(.personaName, 1...50, .characters, "Personas"),
  .init(.personaPicture, 8 << 20, .bytes, "Personas"),
  .init(.getStarted, 1...1000, .characters, "Messenger profile; general knowledge"),
  .init(.greeting, 1...160, .characters, "Messenger profile; general knowledge"),
  .init(.menuItems, 1...20, .items, "Messenger profile, persistent menu"),
  .init(.menuTitle, 1...30, .characters, "Messenger profile, persistent menu"),
  .init(.menuPayload, 1...1000, .characters, "Messenger profile, persistent menu"),
  .init(.iceBreakers, 1...4, .items, "Messenger profile, ice breakers"),
  .init(.commands, 1...100, .items, "Messenger profile, commands"),
  .init(.commandName, 1...32, .characters, "Messenger profile, commands"),
  .init(.commandText, 1...64, .characters, "Messenger profile, commands"),
  .init(.domains, 50, .items, "Messenger profile, whitelisted domains; general knowledge"),
])
