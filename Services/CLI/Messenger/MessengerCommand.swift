import ArgumentParser

struct MessengerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "messenger", abstract: "Look at what Messenger sends.", subcommands: [DecodeCommand.self])
}
