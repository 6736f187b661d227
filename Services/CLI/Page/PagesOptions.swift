import ArgumentParser

/// Which pages a command is about, and where the bot's files are.
struct PagesOptions: ParsableArguments {
  @Option(help: "A page's id; may be given more than once.")
  var page: [String] = []

  @Flag(help: "Every page that the database knows.")
  var all = false

  @OptionGroup var database: DatabaseOptions

  func validate() throws {
    guard page.isEmpty == all else { throw ValidationError("Name pages with --page, or all of them with --all.") }
  }
}

struct BotOptions: ParsableArguments {
  @Option(help: "The bot's folder; by default MARTLET_BOT.")
  var bot: String?
}
