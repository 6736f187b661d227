import JSON
import Messenger

/// A payload that a person has at hand, such as a line of a log or an example of Meta's → its events, one a line.
struct PayloadDecoder {
  var showsRaw = false

  /// What could be read, and what could not: a line that cannot be read takes no other with it.
  func decode(_ bytes: [UInt8]) -> (lines: [String], problems: [ToolError]) {
    guard bytes.contains(where: { !Self.isSpace($0) }) else {
      return ([], [problem("there is nothing in it", "give a webhook's body on standard input, or name a file")])
    }
    let lines = Self.lines(of: bytes)
    do {
      return events(in: try JSON(parsing: bytes), at: nil)
    } catch {
      guard lines.count > 1, (try? JSON(parsing: lines[0].bytes)) != nil else { return ([], [problem("\(error)")]) }
    }
    var (texts, problems): ([String], [ToolError]) = ([], [])
    for line in lines {
      do {
        let (more, failed) = events(in: try JSON(parsing: line.bytes), at: line.number)
        texts += more
        problems += failed
      } catch {
        problems.append(problem("line \(line.number): \(error)"))
      }
    }
    return (texts, problems)
  }

  private func events(in json: JSON, at line: Int?) -> ([String], [ToolError]) {
    do {
      return (try Webhook.events(inPiece: json).map { describe($0).serialized() }, [])
    } catch {
      return ([], [problem((line.map { "line \($0): " } ?? "") + "\(error)")])
    }
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

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func lines(of bytes: [UInt8]) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
    bytes.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated()
      .map { (number: $0.offset + 1, bytes: $0.element) }.filter { !$0.bytes.allSatisfy(isSpace) }
  }

  /// Both kinds of error say what to do themselves.
  private func problem(_ cause: String, _ remedy: String? = nil) -> ToolError {
    ToolError(code: .files, doing: "decode the payload", cause: cause, remedy: remedy)
  }
}
