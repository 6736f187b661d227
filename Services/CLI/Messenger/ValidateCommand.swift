import ArgumentParser

struct ValidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Tell what Meta would refuse of a call of the Send API. Ends 1 when it would.",
    discussion: """
      Reads the body of POST /{page}/messages as JSON, or several, one a line, and names every field that breaks a \
      limit, with the limit, how much there was, where Meta says so, and what to do. Members that Meta's reference \
      does not know are doubtful: Meta passes them over or refuses them. Nothing is sent, and nobody is asked: whether \
      the person may be written to now is not in the request.
      """)

  @Argument(help: "The file to read; standard input if there is none.")
  var file: String?

  func run() throws {
    let outcome = RequestValidator().validate(try PayloadPieces.bytes(of: file))
    for line in outcome.lines { print(line) }
    try PayloadPieces.report(outcome.problems)
    if outcome.isRefused { throw ExitCode.failure }
  }
}
