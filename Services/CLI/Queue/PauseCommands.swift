import ArgumentParser
import JobQueue

struct PauseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pause", abstract: "Keep a queue's workers from starting anything; what comes in waits in order.")

  @Argument(help: "The queue.")
  var queue: QueueName

  @Option(help: "Why, for whoever finds it paused.")
  var why: String?

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let before = try await database.withConnection(doing: "pause \(queue.rawValue)") { connection in
      try await QueuePause(on: connection).set(queue, by: DatabaseOptions.user, why: why)
    }
    let since = before.map { ", and was so for \(Age.text($0))" } ?? ""
    print("\(queue.rawValue) is paused\(since). To go on: martlet queue resume \(queue.rawValue)")
  }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resume", abstract: "Let a paused queue's workers go on.")

  @Argument(help: "The queue.")
  var queue: QueueName

  @OptionGroup var database: DatabaseOptions

  func run() async throws {
    let wasPaused = try await database.withConnection(doing: "resume \(queue.rawValue)") { connection in
      try await QueuePause(on: connection).end(queue, by: DatabaseOptions.user)
    }
    print(wasPaused ? "\(queue.rawValue) goes on" : "\(queue.rawValue) was not paused")
  }
}
