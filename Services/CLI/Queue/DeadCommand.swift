import ArgumentParser
import JSON
import JobQueue

struct DeadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead", abstract: "Jobs that failed for good: look at them, put them back, throw them away.",
    subcommands: [List.self, Show.self, Retry.self, Drop.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Dead letters in the order of their ids, without what people wrote.")

    @OptionGroup var filter: DeadLetterOptions
    @OptionGroup var database: DatabaseOptions

    @Option(help: "How many to show.")
    var limit = 50

    @Flag(help: "One JSON object a line, instead of a table.")
    var json = false

    func validate() throws { try DeadLetterOptions.check(limit: limit) }

    func run() async throws {
      let wanted = try filter.filter
      let found = try await database.withConnection(doing: "list dead letters") { connection in
        try await DeadLetters(on: connection).list(wanted, atMost: limit + 1)
      }
      DeadLetterPrint.show(Array(found.prefix(limit)), json: json)
      if found.count > limit {
        Surroundings.tell("there are more: --limit shows them, a filter finds the ones you mean")
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "All that is known of one dead letter.",
      discussion: "What people wrote stands in the payload, which is shown only when asked for.")

    @Argument(help: "Its queue.")
    var queue: QueueName

    @Argument(help: "Its id in that queue.")
    var id: Int64

    @Flag(help: "Show the payload too: people's words.")
    var payload = false

    @Flag(help: "One JSON object.")
    var json = false

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let (letter, words) = try await database.withConnection(doing: "read a dead letter") { connection in
        let letters = DeadLetters(on: connection)
        var filter = DeadLetterFilter()
        (filter.queue, filter.ids) = (queue, [id])
        return (
          try await letters.list(filter, atMost: 1).first, payload ? try await letters.payload(queue, id) : nil
        )
      }
      guard let letter else {
        throw ToolError(
          code: .notFound, doing: "show dead letter \(id) of \(queue.rawValue)", cause: "there is none",
          remedy: "`martlet queue dead list --queue \(queue.rawValue)` names those there are")
      }
      print(json ? letter.json(payload: words).serialized() : letter.text(payload: words))
    }
  }
}

extension DeadCommand {
  struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Put dead letters back at the end of their lanes, with no attempts.",
      discussion: "Only once the cause is gone. Those of one conversation keep their order among themselves.")

    @OptionGroup var options: DeadLetterActionOptions

    func run() async throws {
      try await options.run("put back", "put dead letters back") { letters, filter, limit, who in
        try await letters.retry(filter, atMost: limit, by: who)
      }
    }
  }

  struct Drop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Throw dead letters away for good.",
      discussion: "Nothing brings them back: look with --dry-run first.")

    @OptionGroup var options: DeadLetterActionOptions

    func run() async throws {
      try await options.run("dropped", "drop dead letters") { letters, filter, limit, who in
        try await letters.drop(filter, atMost: limit, by: who)
      }
    }
  }
}
