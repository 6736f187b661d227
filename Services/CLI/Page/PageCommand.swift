import ArgumentParser

struct PageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "A page's token, and who leads its threads.",
    subcommands: [PageTokenCommand.self, PageThreadCommand.self])
}
