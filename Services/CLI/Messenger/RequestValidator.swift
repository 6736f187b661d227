import JSON
import Messenger

/// Calls of the Send API → what Meta would refuse of each.
struct RequestValidator {
  struct Outcome {
    /// One line a finding; for a request without any, that it is good.
    var lines: [String] = []
    var isRefused = false
    var problems: [ToolError] = []
  }

  func validate(_ bytes: [UInt8]) -> Outcome {
    var outcome = Outcome()
    let pieces = PayloadPieces.read(bytes)
    guard !pieces.isEmpty else {
      outcome.problems = [
        problem("there is nothing in it", "give the body of POST /{page}/messages on standard input, or name a file")
      ]
      return outcome
    }
    for piece in pieces {
      do {
        let findings = MetaRequest.validate(try piece.json.get())
        let isRefused = findings.contains(where: \.isRefusal)
        outcome.lines += findings.map { piece.naming("\($0.isRefusal ? "refused" : "doubtful"): \($0)") }
        if !isRefused { outcome.lines.append(piece.naming("Meta would take the form of this request")) }
        outcome.isRefused = outcome.isRefused || isRefused
      } catch {
        outcome.problems.append(problem(piece.naming("\(error)")))
      }
    }
    return outcome
  }

  private func problem(_ cause: String, _ remedy: String? = nil) -> ToolError {
    ToolError(code: .files, doing: "read the request", cause: cause, remedy: remedy)
  }
}
