/// Lines to rules. Whatever RiveScript has and this does not is refused, never passed over: a bot that says less than
/// its author wrote would be the worse surprise.
struct ScriptParser {
  private struct Command {
    let sign: Character
    var text: String
    let line: Int
  }

  private let file: String

  static func rules(of source: Script.Source) throws(ScriptError) -> [Rule] {
    let parser = ScriptParser(file: source.file)
    return try parser.rules(of: parser.commands(in: source.text))
  }

  private func commands(in text: String) throws(ScriptError) -> [Command] {
    var commands: [Command] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (number, line) in zip(1..., lines) {
      let content = withoutComment(line)
      guard let sign = content.first else { continue }
      let rest = content.dropFirst().trimmingSpace
      switch sign {
      case "+", "-": commands.append(Command(sign: sign, text: rest, line: number))
      case "^":
        guard !commands.isEmpty else {
          throw error(.orphan, number, "nothing stands before this continuation", "Begin with a trigger: + hello")
        }
        // A trigger is made of words; a reply goes on without a space, as in RiveScript (write `\s` for one).
        commands[commands.count - 1].text += commands[commands.count - 1].sign == "+" ? " \(rest)" : rest
      case "!": try check(version: rest, line: number)
      default:
        throw error(
          ["%", "@", "*", ">", "<", "="].contains(sign) ? .unsupported : .unknownCommand, number,
          "a line cannot begin with \(sign)", "Begin it with +, -, ^, ! version or //.")
      }
    }
    return commands
  }

  /// ` // ` and what follows it goes, `https://` stays.
  private func withoutComment(_ line: Substring) -> String {
    var content = line.trimmingSpace
    if content.first == "\u{FEFF}" { content.removeFirst() }
    if content.hasPrefix("//") { return "" }
    let places = content.indices.first { content[$0...].hasPrefix(" // ") }
    return places.map { content[..<$0].trimmingSpace } ?? content
  }

  private func check(version text: String, line: Int) throws(ScriptError) {
    let words = text.split { $0.isWhitespace || $0 == "=" }
    guard words.first == "version" else {
      throw error(.unsupported, line, "only ! version is known of the ! lines", "Remove this line.")
    }
    guard words.count == 2, words[1].hasPrefix("2") else {
      throw error(.version, line, "this version of the language is not known", "Write ! version = 2.0")
    }
  }

  private func rules(of commands: [Command]) throws(ScriptError) -> [Rule] {
    var rules: [Rule] = []
    var place = 0
    while place < commands.count {
      let command = commands[place]
      guard command.sign == "+" else {
        throw error(.orphan, command.line, "a reply stands before any trigger", "Write a + line above it.")
      }
      let trigger = try trigger(command)
      place += 1
      var replies: [Template] = []
      while place < commands.count, commands[place].sign == "-" {
        replies.append(try template(commands[place], wildcards: trigger.wildcards))
        place += 1
      }
      guard !replies.isEmpty else {
        throw error(.noReply, command.line, "this trigger has no reply", "Write a - line under it.")
      }
      rules.append(Rule(trigger: trigger, replies: replies, file: file, line: command.line))
    }
    return rules
  }

  private func trigger(_ command: Command) throws(ScriptError) -> Trigger {
    if let sign = command.text.first(where: { "()[]{}<>@|".contains($0) }) {
      throw error(
        .unsupported, command.line, "a trigger cannot hold \(sign)",
        "Write one trigger for each wording; * stands for any words.")
    }
    var tokens: [Trigger.Token] = []
    for piece in command.text.split(whereSeparator: \.isWhitespace) {
      switch piece {
      case "*": tokens.append(.words)
      case "_": tokens.append(.oneWord)
      case "#": tokens.append(.number)
      default:
        guard !piece.contains(where: { "*#".contains($0) }), piece.first != "_", piece.last != "_" else {
          throw error(
            .wildcard, command.line, "a wildcard is glued to a word", "Put a space on both sides of *, _ and #.")
        }
        let word = Input.normalize(piece)
        if !word.isEmpty { tokens.append(.word(word)) }
      }
    }
    guard !tokens.isEmpty else {
      throw error(.emptyTrigger, command.line, "this trigger has no word and no wildcard", "Write words after the +.")
    }
    return Trigger(tokens)
  }

  private func template(_ command: Command, wildcards: Int) throws(ScriptError) -> Template {
    do throws(TemplateParser.Problem) {
      return try TemplateParser.parse(command.text, wildcards: wildcards)
    } catch {
      throw self.error(error.code, command.line, error.what, error.remedy)
    }
  }

  private func error(_ code: ScriptError.Code, _ line: Int, _ what: String, _ remedy: String) -> ScriptError {
    ScriptError(code, file: file, line: line, what: what, remedy: remedy)
  }
}
