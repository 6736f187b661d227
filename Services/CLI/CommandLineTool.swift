import ArgumentParser
import ServiceKit

/// `martlet`: what a person types, beside the services.
@main
struct CommandLineTool: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "martlet", abstract: "A self-hosted back end for Messenger bots.", version: Martlet.version,
    subcommands: [
      DemoCommand.self, MigrateCommand.self, QueueCommand.self, ContactCommand.self, PageCommand.self,
      SendCommand.self, HealthCommand.self, BenchCommand.self, ConformanceCommand.self, FuzzCommand.self,
      ChaosCommand.self, MessengerCommand.self,
      KeyCommand.self, KeysCommand.self,
    ])
}
