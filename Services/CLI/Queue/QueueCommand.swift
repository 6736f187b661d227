import ArgumentParser
import JobQueue

struct QueueCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "See what the queues do, and set right what went wrong.",
    subcommands: [StatusCommand.self, DeadCommand.self, PauseCommand.self, ResumeCommand.self])
}

extension QueueName: ExpressibleByArgument {}
