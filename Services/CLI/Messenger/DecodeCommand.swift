import ArgumentParser

struct DecodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decode", abstract: "Print what ingress understands of a webhook's body, one JSON object an event.",
    discussion: """
      Reads the body of a POST, or one entry, one event or one change of it, or several, one a line. Each event is \
      printed as kind, page, person, time (milliseconds since 1970), standby, key (equal for two deliveries of one \
      event) and what was understood of it; docs/events.md names the members. Nothing is checked or stored. The \
      output holds people's words and tokens, as the input does.
      """)

  @Argument(help: "The file to read; standard input if there is none.")
  var file: String?

  @Flag(help: "Print each event's own JSON, too.")
  var raw = false

  func run() throws {
    let decoded = PayloadDecoder(showsRaw: raw).decode(try PayloadPieces.bytes(of: file))
    for line in decoded.lines { print(line) }
    try PayloadPieces.report(decoded.problems)
  }
}
