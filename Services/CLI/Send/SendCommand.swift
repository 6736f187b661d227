import ArgumentParser
import JSON
import JobQueue
import Postgres

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "What became of a message, and what becomes of one that is kept back.",
    subcommands: [Status.self, Resolve.self])

  struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How far a message came, every call for it, and what to do; never its words.")

    @OptionGroup var message: MessageOptions
    @OptionGroup var database: DatabaseOptions

    @Flag(help: "One JSON object.")
    var json = false

    func run() async throws {
      let text = try await database.withConnection(doing: "read a message") { [message] connection in
        try await connection.run(
          Statement("message.report", "SELECT martlet.message_report($1::uuid) AS report", [.text(message.id)])
        ).first?.optionalString("report")
      }
      guard let text, let report = try? JSON(parsing: text) else { throw message.unknown("show a message") }
      print(json ? report.serialized() : MessageText(report).text)
    }
  }

  struct Resolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Decide about a message that is kept back because its outcome stayed open.",
      discussion: """
        Look in the page's inbox first: if it is there, drop it. Sent again, it goes to the end of the person's line, \
        and only if it may still be sent.
        """)

    enum Decision: String, EnumerableFlag, Sendable {
      case resend, drop
    }

    @OptionGroup var message: MessageOptions
    @OptionGroup var database: DatabaseOptions

    @Flag(help: "Send it again, or let it go for good.")
    var decision: Decision

    func run() async throws {
      let result = try await database.withConnection(doing: "resolve a message") { [message, decision] connection in
        let row = try await connection.withTransaction(isDurable: true) { transaction in
          try await transaction.run(
            Statement(
              "send.resolve", "SELECT * FROM martlet.send_resolve($1::uuid, $2, $3)",
              [.text(message.id), .bool(decision == .resend), .text(DatabaseOptions.user)]))[0]
        }
        guard let page = try row.optionalString("of_page"), let person = try row.optionalString("of_person") else {
          return String?.none
        }
        _ = try await connection.run(
          QueueStatements.notify([QueueTarget(.send, pageID: page, person: person)]))
        return try row.optionalString("result")
      }
      switch result {
      case "resent"?: print("the message is in its line again")
      case "dropped"?: print("the message is let go, with its words")
      case nil: throw message.unknown("resolve a message")
      default:
        throw ToolError(
          code: .notFound, doing: "resolve a message", cause: "it is not kept back",
          remedy: "martlet send status \(message.id)")
      }
    }
  }
}

/// Which message is meant.
struct MessageOptions: ParsableArguments {
  @Argument(help: "The message's id, a UUID: what martlet.send and the API answered.")
  var id: String

  func validate() throws {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [8, 4, 4, 4, 12], parts.allSatisfy({ $0.allSatisfy(\.isHexDigit) }) else {
      throw ValidationError("a message's id is a UUID; Meta's own ids (m_...) are not taken here")
    }
  }

  func unknown(_ doing: String) -> ToolError {
    ToolError(code: .notFound, doing: doing, cause: "nobody knows message \(id)")
  }
}
