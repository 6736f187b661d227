import ArgumentParser
import GraphAPI
import Postgres

struct PageThreadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "thread", abstract: "Hand a conversation to a colleague or another app, and take it back.",
    discussion: """
      While another app leads a thread the bot is silent there, and what the owner's own system wants said waits. \
      Which of these Meta takes depends on the page's conversation routing; docs/sending.md, "Who speaks".
      """,
    subcommands: [Pass.self, Take.self, Request.self, Release.self])

  struct Pass: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give the thread to another app.")

    @OptionGroup var thread: ThreadOptions

    @Option(help: "The app's id, \"inbox\" for the page's inbox, or \"default\" for the page's default app.")
    var to = "inbox"

    func run() async throws {
      let app: String? =
        switch to {
        case "inbox": ThreadControl.inbox
        case "default": nil
        default: to
        }
      try await thread.call(.pass(to: app), leader: app ?? "default")
      print("the thread went to \(to); the bot is silent there")
    }
  }

  struct Take: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lead the thread again, where routing is set up.")

    @OptionGroup var thread: ThreadOptions

    func run() async throws {
      try await thread.call(.take, leader: "")
      print("the bot leads the thread again")
    }
  }

  struct Request: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the app that leads the thread for it, where routing is not set up.")

    @OptionGroup var thread: ThreadOptions

    func run() async throws {
      try await thread.call(.request, leader: nil)
      print("asked; the bot speaks again when the thread is passed to it")
    }
  }

  struct Release: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let the thread go: nobody leads it.")

    @OptionGroup var thread: ThreadOptions

    func run() async throws {
      try await thread.call(.release, leader: "")
      print("nobody leads the thread")
    }
  }
}

/// Which thread is meant, and the call to Meta.
struct ThreadOptions: ParsableArguments {
  @OptionGroup var contact: ContactOptions
  @OptionGroup var database: DatabaseOptions

  /// - Parameter leader: Who leads the thread afterwards: '' for us or nobody; nil where that does not change.
  func call(_ control: ThreadControl, leader: String?) async throws {
    let doing = "change who leads the thread"
    let page = try await GraphPage(contact.page, database, doing: doing)
    do {
      try await page.graph.control(
        control, of: contact.person, page: contact.page, token: page.token, appSecretProof: page.proof)
    } catch {
      throw ToolError(code: .meta, doing: doing, cause: "\(error)")
    }
    guard let leader else { return }
    try await database.withConnection(doing: "note who leads the thread") { [contact] connection in
      try await connection.withTransaction(isDurable: true) { transaction in
        _ = try await transaction.run(
          Statement(
            "contact.thread", "SELECT martlet.contact_thread($1, $2, $3, $4, $5)",
            contact.parameters + [.text(leader), .text(control.path), .text(DatabaseOptions.user)]))
      }
    }
  }
}
