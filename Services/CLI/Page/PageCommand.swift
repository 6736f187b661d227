import ArgumentParser

struct PageCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "A page's token, profile and templates, and who leads its threads.",
    subcommands: [
      PageTokenCommand.self, PageThreadCommand.self, PageProfileCommand.self, PageTemplatesCommand.self,
    ])
}
