import ArgumentParser

struct MessengerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "messenger", abstract: "Look at what Messenger sends, and at what is to be sent.",
    subcommands: [DecodeCommand.self, ValidateCommand.self])
}
