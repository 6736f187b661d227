package import JSON
package import Messenger

/// nlu → outbound: a message to a person. Kind `message`, version 1.
package struct SendJob: Sendable, Hashable {
  package static let version = 1
  package static let kind = "message"

  /// Names the message for good, through every attempt to send it: a UUID.
  package let messageID: String
  package let message: OutgoingMessage
  /// How long its conversation waits before it, as a person would who types; from 0 to 60,000 ms.
  package let delay: Duration

  package init(messageID: String, message: OutgoingMessage, delay: Duration = .zero) {
    self.messageID = messageID
    self.message = message
    self.delay = min(max(delay, .zero), .seconds(60))
  }

  package init(payload: [UInt8]) throws(ContractError) {
    let json = try ContractError.parse(payload, "send")
    guard let messageID = json["message_id"]?.string, let message = json["message"] else {
      throw ContractError(queue: "send", problem: "message_id or message is missing")
    }
    do throws(MessengerError) {
      self.init(
        messageID: messageID, message: try OutgoingMessage(json: message),
        delay: .milliseconds(json["delay_ms"]?.int ?? 0))
    } catch {
      throw ContractError(queue: "send", refused: messageID, error)
    }
  }

  package var payload: JSON {
    var payload: JSONObject = ["message_id": .string(messageID), "message": message.json]
    if delay > .zero { payload["delay_ms"] = .number("\(Int(delay / .milliseconds(1)))") }
    return .object(payload)
  }
}

/// What we put into `message.metadata`, which Meta gives back in the echo: proof that this attempt arrived.
package struct SendMetadata: Sendable, Hashable {
  package let messageID: String
  package let attemptID: String

  package init(messageID: String, attemptID: String) {
    self.messageID = messageID
    self.attemptID = attemptID
  }

  /// Nil for the metadata of somebody else, such as another app on the same page.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "martlet1", parts[1].count == 36, parts[2].count == 36 else { return nil }
    guard text.utf8.allSatisfy({ $0 != 0 && $0 < 128 }), Self.isUUID(parts[1]), Self.isUUID(parts[2]) else {
      return nil
    }
    self.init(messageID: String(parts[1]), attemptID: String(parts[2]))
  }

  package var text: String { "martlet1.\(messageID).\(attemptID)" }

  private static func isUUID(_ text: Substring) -> Bool {
    text.split(separator: "-", omittingEmptySubsequences: false).map(\.count) == [8, 4, 4, 4, 12]
      && text.allSatisfy { $0 == "-" || $0.isHexDigit }
  }
}
