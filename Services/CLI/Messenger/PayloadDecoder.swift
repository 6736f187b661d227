import JSON
import Messenger

/// What Meta posted, or a piece of it → its events, one a line.
struct PayloadDecoder {
  var showsRaw = false

  /// What could be read, and what could not: a line that cannot be read takes no other with it.
  func decode(_ bytes: [UInt8]) -> (lines: [String], problems: [ToolError]) {
    let pieces = PayloadPieces.read(bytes)
    guard !pieces.isEmpty else {
      return ([], [problem("there is nothing in it", "give a webhook's body on standard input, or name a file")])
    }
    var (texts, problems): ([String], [ToolError]) = ([], [])
    for piece in pieces {
      do {
        texts += try Webhook.events(inPiece: try piece.json.get()).map { describe($0).serialized() }
      } catch {
        problems.append(problem(piece.naming("\(error)")))
      }
    }
    return (texts, problems)
  }

  private func describe(_ event: WebhookEvent) -> JSON {
    var members: JSONObject = [
      "kind": .string(event.kind.name), "page": Self.orNull(event.pageID), "person": Self.orNull(event.person),
      "time": event.time == 0 ? .null : JSON(event.time), "standby": .bool(event.isStandby),
      "key": .string(event.key),
    ]
    members["user_ref"] = event.userRef.map { .string($0) }
    if case .unknown = event.kind {
      members["understood"] = .null
    } else {
      members["understood"] = event.kind.understood
    }
    if showsRaw { members["raw"] = event.raw }
    return .object(members)
  }

  private static func orNull(_ text: String) -> JSON { text.isEmpty ? .null : .string(text) }

  /// Both kinds of error say what to do themselves.
  private func problem(_ cause: String, _ remedy: String? = nil) -> ToolError {
    ToolError(code: .files, doing: "decode the payload", cause: cause, remedy: remedy)
  }
}
