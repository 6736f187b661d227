import ArgumentParser
import FoundationEssentials
import PageProfile

struct PageProfileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profile", abstract: "What a page shows before anybody writes, from the bot's profile.yaml.",
    discussion: """
      Get started, greeting, persistent menu, ice breakers, commands, whitelisted domains and the account-linking \
      address, per locale; docs/profile.md has the form. Meta takes 10 calls in 10 minutes and page: they are counted in \
      the database, so that any number of runs keep the limit together.
      """,
    subcommands: [Plan.self, Apply.self, Pull.self])

  struct Plan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what differs between the file and Meta. Changes nothing.",
      discussion: "One call a page. With --check the end is 1 where a page differs, and 2 where one could not be asked."
    )

    @OptionGroup var pages: PagesOptions
    @OptionGroup var bot: BotOptions

    @Flag(help: "End 1 where a page differs: for CI.")
    var check = false

    @Flag(help: "Wait where Meta's limit of calls is met.")
    var wait = false

    func run() async throws {
      let wanted = try BotFiles(bot).profile()
      let tally = try await PageDesk.with(pages.database, doing: "compare the profiles") { [pages, wait] desk in
        let calls = ProfileCalls(connection: desk.connection, waits: wait)
        let run = ProfileRun(desk: desk, calls: calls, wanted: wanted)
        return try await desk.each(try await desk.pages(pages)) { try await run.plan($0) }
      }
      print(tally.line)
      if tally[.failed] > 0 { throw ExitCode(2) }
      if check, tally[.differs] > 0 { throw ExitCode.failure }
    }
  }

  struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make the pages as the file says: only what differs is sent.",
      discussion: """
        At most three calls a page, one where nothing differs. Safe to run again after anything: it looks first. What \
        the file does not name stays as it is; "none" takes a property away.
        """)

    @OptionGroup var pages: PagesOptions
    @OptionGroup var bot: BotOptions

    @Flag(inversion: .prefixedNo, help: "Wait where Meta's limit of calls is met, or say when to come again.")
    var wait = true

    func run() async throws {
      let wanted = try BotFiles(bot).profile()
      let tally = try await PageDesk.with(pages.database, doing: "apply the profile") { [pages, wait] desk in
        let calls = ProfileCalls(connection: desk.connection, waits: wait)
        let run = ProfileRun(desk: desk, calls: calls, wanted: wanted)
        return try await desk.each(try await desk.pages(pages)) { try await run.apply($0) }
      }
      print(tally.line)
      if tally[.failed] > 0 { throw ExitCode(2) }
    }
  }

  struct Pull: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the file from what Meta has.",
      discussion: "One call. A file that is there stays, but for --force.")

    @Option(help: "The page's id.")
    var page: String

    @OptionGroup var bot: BotOptions
    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Write over the file that is there.")
    var force = false

    @Flag(help: "Wait where Meta's limit of calls is met.")
    var wait = false

    func run() async throws {
      let path = try BotFiles(bot).profilePath
      let doing = "write \(path)"
      guard force || !FileManager.default.fileExists(atPath: path) else {
        throw ToolError(
          code: .files, doing: doing, cause: "it is there already", remedy: "give --force to write over it")
      }
      let found = try await PageDesk.with(database, doing: "read the profile") { [page, wait] desk in
        do {
          let calls = ProfileCalls(connection: desk.connection, waits: wait)
          return try await ProfileRun.found(page, try await desk.access(to: page), desk, calls)
        } catch let error as PageTrouble {
          throw ToolError(code: .meta, doing: "read the profile of page \(page)", cause: error.what)
        }
      }
      let file = ProfileWriter.file(of: found)
      do {
        try Data(file.text.utf8).write(to: URL(filePath: path), options: .atomic)
      } catch {
        throw ToolError(code: .files, doing: doing, cause: "the folder is not there, or not writable")
      }
      print("wrote \(path)")
      for property in file.foreign {
        Surroundings.tell(
          "\(property.rawValue) has something that this version does not know; it is left out of the file")
      }
    }
  }
}
