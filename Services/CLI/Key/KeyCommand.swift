import Access
import ArgumentParser

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Keys for outbound's API: who may send, and on which pages.",
    subcommands: [Create.self, List.self, Revoke.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make a key, and print it this once.",
      discussion: """
        Rights: send (messages by a program), human_agent (messages that the named person writes, up to 7 days after \
        the other's last one), broadcast, read. The database keeps only a hash: a lost key is revoked and made anew.
        """)

    @Option(help: "The person or the system that holds it.")
    var name: String

    @Option(name: .customLong("right"), help: "A right; repeat it for more.")
    var rights: [APIRight]

    @Option(name: .customLong("page"), help: "A page that it is good for; repeat it for more.")
    var pages: [String] = []

    @Flag(help: "Good for every page, also later ones.")
    var allPages = false

    @OptionGroup var database: DatabaseOptions

    func validate() throws {
      guard pages.isEmpty == allPages else {
        throw ValidationError("Say for which pages: --page ID, or --all-pages.")
      }
      guard !name.allSatisfy(\.isWhitespace) else { throw ValidationError("Give the holder a --name.") }
    }

    func run() async throws {
      let made = try await database.withConnection(doing: "make a key") { [name, rights, pages] connection in
        try await APIKeyTable.create(
          name: name, rights: Set(rights), pages: pages.isEmpty ? nil : Set(pages), by: DatabaseOptions.user,
          on: connection)
      }
      Surroundings.tell("key \(made.key.id); it is shown this once:")
      print(made.secret.text)
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show the keys, revoked ones too; never the keys' secrets.")

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let entries = try await database.withConnection(doing: "list the keys") { try await APIKeyTable.list(on: $0) }
      guard !entries.isEmpty else {
        Surroundings.tell("there is none; martlet key create makes one")
        return
      }
      for entry in entries { print(KeyText(entry).text) }
    }
  }

  struct Revoke: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let nobody in with a key any more, from the next call on.")

    @Argument(help: "The key's id, as in `martlet key list`.")
    var id: String

    @OptionGroup var database: DatabaseOptions

    func run() async throws {
      let entry = try await database.withConnection(doing: "revoke a key") { [id] connection in
        try await APIKeyTable.revoke(id: id.lowercased(), by: DatabaseOptions.user, on: connection)
      }
      guard let entry else {
        throw ToolError(
          code: .notFound, doing: "revoke a key", cause: "there is no key \(id)", remedy: "see: martlet key list")
      }
      print(KeyText(entry).text)
    }
  }
}

extension APIRight: ExpressibleByArgument {}
