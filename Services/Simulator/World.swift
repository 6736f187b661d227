/// Everything the simulated Meta knows and does. All of it is in memory and gone with the process.
struct World: Sendable {
  let platform: Platform
  let limits = LimitTable<PlatformLimit>.meta
  let tokens: PageTokens
  let people = People()
  let permits = Permits()
  let rates = CallRates()
  let media = MediaShelf()
  let attachments = Attachments()
  let personas = Personas()
  let templates = UtilityTemplates()
  let profiles = ProfileSettings()
  let switches = PageSwitches()
  let faults = Faults()
  let ids = MessageIDs()
  let replies = ReplyBoard()
  let transcripts = Transcripts()
  let ledger: Ledger
  let poster: WebhookPoster
  let courier: Courier
  let receipts: Receipts

  init(platform: Platform, ledger: Ledger, poster: WebhookPoster) {
    self.platform = platform
    self.ledger = ledger
    self.poster = poster
    tokens = PageTokens(platform.pages)
    courier = Courier(poster: poster, faults: faults, people: people, transcripts: transcripts)
    receipts = Receipts(poster: poster)
  }
}
