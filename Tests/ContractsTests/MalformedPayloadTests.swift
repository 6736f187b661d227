import Contracts
import Testing

@Suite("Payloads that are not what the contract says")
struct MalformedPayloadTests {
  private static let words = "words-of-a-person"

  private func error(_ read: () throws -> Void) -> ContractError? {
    do {
      try read()
      return nil
    } catch {
      return error as? ContractError
    }
  }

  private func check(_ error: ContractError?, _ queue: String) {
    #expect(error?.queue == queue)
    #expect(error.map { "\($0)".contains(Self.words) } == false)
    #expect(error.map { String(reflecting: $0).contains(Self.words) } == false)
    #expect(error.map { "\($0)".contains("reading a job of \(queue)") } == true)
  }

  @Test("of understand are refused without a word of theirs", arguments: ["", "{\"text\":\"\(words)", "\(words)"])
  func understand(payload: String) {
    check(error { _ = try UnderstandJob(payload: Array(payload.utf8)) }, "understand")
  }

  @Test(
    "of send are refused without a word of theirs",
    arguments: [
      "", "[\"\(words)\"]", "{\"message_id\":\"\(words)\"}", "{\"message\":{\"text\":\"\(words)\"}}",
      "{\"message_id\":\"1\",\"message\":{\"text\":\"\(words)\"}}", "{\"message_id\":\"1\",\"message\":\"\(words)\"}",
      "{\"message_id\":5,\"message\":{\"to\":\"\(words)\"}}",
    ])
  func send(payload: String) {
    check(error { _ = try SendJob(payload: Array(payload.utf8)) }, "send")
  }

  @Test(
    "of receipt are refused without a word of theirs",
    arguments: [
      ("echo", "{}"), ("echo", "{\"metadata\":\"\(words)\"}"), ("echo", "{\"mid\":\"\(words)"),
      ("delivery", "{\"mid\":\"\(words)\"}"), ("read", "{\"watermark\":\"\(words)\"}"),
      ("poke", "{\"mid\":\"\(words)\",\"watermark\":5}"),
    ])
  func receipt(kind: String, payload: String) {
    check(error { _ = try ReceiptJob(kind: kind, payload: Array(payload.utf8)) }, "receipt")
  }

  @Test(
    "of identify are refused without a word of theirs",
    arguments: [
      ("profile", ""), ("account_linking", "{\"linked\":\"\(words)\"}"), ("optin", "{\"ref\":\"\(words)\"}"),
      ("poke", "{\"optin\":\"\(words)\"}"),
    ])
  func identify(kind: String, payload: String) {
    check(error { _ = try IdentifyJob(kind: kind, payload: Array(payload.utf8)) }, "identify")
  }
}

@Suite("The metadata of a send")
struct SendMetadataTests {
  private static let message = "0d9adf5c-6c1d-4c1c-9a5c-b4d5d8c5b111"
  private static let attempt = "A1B2C3D4-0000-4000-8000-00000000000f"

  @Test("comes back from the echo as it was sent")
  func roundTrip() {
    let metadata = SendMetadata(messageID: Self.message, attemptID: Self.attempt)
    #expect(SendMetadata(metadata.text) == metadata)
    #expect(metadata.text == "martlet1.\(Self.message).\(Self.attempt)")
  }

  @Test(
    "of somebody else is nobody's",
    arguments: [
      "", "DEVELOPER_DEFINED_METADATA", "martlet1", "martlet1..", "martlet1.\(message)",
      "martlet2.\(message).\(attempt)",
      "martlet1.\(message).\(attempt).x", "martlet1.\(message).", "martlet1.\(message).\(attempt)0",
      "martlet1.\(message).zzzzzzzz-0000-4000-8000-00000000000f",
      "martlet1.\(message).a1b2c3d40000-4000-8000-00000000000f-",
      "martlet1.\(message).------------------------------------",
      "martlet1.\(message).a1b2c3d4-0000-4000-8000-00000000000\u{0}",
      "martlet1.\(message).a1b2c3d4-0000-4000-8000-00000000000\u{FF41}",
      "martlet1.\(message).a1b2c3d4'0000'4000'8000'00000000000f", " martlet1.\(message).\(attempt)",
    ])
  func foreign(text: String) {
    #expect(SendMetadata(text) == nil)
  }
}
