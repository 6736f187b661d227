import ArgumentParser
import JSON
import JobQueue

/// Which dead letters are meant.
struct DeadLetterOptions: ParsableArguments {
  @Option(help: "Only of this queue.")
  var queue: QueueName?

  @Option(name: .customLong("id"), help: "Only this id of the queue; may be given more than once.")
  var ids: [Int64] = []

  @Option(help: "Only of this page.")
  var page: String?

  @Option(help: "Only of this person (PSID).")
  var person: String?

  @Option(help: "Only of this kind, such as message or postback.")
  var kind: String?

  @Option(help: ArgumentHelp("Only what died longer ago: 90s, 15m, 2h, 3d.", valueName: "age"), transform: Age.init)
  var olderThan: Age?

  @Option(help: ArgumentHelp("Only what died less long ago: 90s, 15m, 2h, 3d.", valueName: "age"), transform: Age.init)
  var newerThan: Age?

  @Option(help: "Only with this text in the error; capitals do not matter, * is any text.")
  var error: String?

  func validate() throws {
    if !ids.isEmpty, queue == nil { throw ValidationError("An id belongs to a queue: give --queue too.") }
    if let olderThan, let newerThan, olderThan.duration >= newerThan.duration {
      throw ValidationError("Nothing is both older and newer than that: --older-than must be the smaller age.")
    }
  }

  var filter: DeadLetterFilter {
    get throws {
      var filter = DeadLetterFilter()
      (filter.queue, filter.ids, filter.pageID, filter.person) = (queue, ids, page, person)
      (filter.kind, filter.error) = (kind, error)
      (filter.olderThan, filter.newerThan) = (olderThan?.duration, newerThan?.duration)
      return filter
    }
  }

  static func check(limit: Int) throws {
    guard (1...1_000_000).contains(limit) else { throw ValidationError("--limit takes 1 to 1000000.") }
  }
}

/// What `retry` and `drop` have in common.
struct DeadLetterActionOptions: ParsableArguments {
  @OptionGroup var filter: DeadLetterOptions
  @OptionGroup var database: DatabaseOptions

  @Flag(help: "All dead letters of all queues, when nothing else says which.")
  var all = false

  @Option(help: "At most so many, the lowest ids first.")
  var limit = 1000

  @Flag(help: "Only show which ones; change nothing.")
  var dryRun = false

  @Flag(help: "JSON instead of text.")
  var json = false

  func validate() throws {
    try DeadLetterOptions.check(limit: limit)
    if try filter.filter.isEmpty != all {
      throw ValidationError(
        all
          ? "--all and a filter contradict each other: leave one out."
          : "Say which: --queue, --id, --page, --person, --kind, --older-than, --newer-than, --error, or --all.")
    }
  }

  typealias Act = @Sendable (DeadLetters, DeadLetterFilter, Int, String) async throws -> [QueueName: Int]

  /// - Parameter done: The past participle of what is done.
  func run(_ done: String, _ doing: String, _ act: @escaping Act) async throws {
    let wanted = try filter.filter
    guard !dryRun else {
      let found = try await database.withConnection(doing: doing) { connection in
        try await DeadLetters(on: connection).list(wanted, atMost: limit)
      }
      DeadLetterPrint.show(found, json: json)
      return Surroundings.tell("dry run: \(found.count) would be \(done)")
    }
    let (counts, isMore) = try await database.withConnection(doing: doing) { connection in
      let letters = DeadLetters(on: connection)
      let counts = try await act(letters, wanted, limit, DatabaseOptions.user)
      let isFull = counts.values.reduce(0, +) >= limit
      return (counts, isFull ? try await !letters.list(wanted, atMost: 1).isEmpty : false)
    }
    print(DeadLetterPrint.summary(done, counts, json: json))
    if isMore { Surroundings.tell("more match than --limit: run it again for the next") }
  }
}
