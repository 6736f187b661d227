import HTTPClient
import JSON
import Testing

@testable import GraphAPI

@Suite("An answer becomes an outcome")
struct SendOutcomeTests {
  private func outcome(_ status: Int, _ body: String) -> SendOutcome {
    SendOutcome(HTTPClientResponse(status: status, body: Array(body.utf8)))
  }

  @Test("a message and a sender action were taken")
  func sent() throws {
    guard case .sent("m_1", "U1") = outcome(200, #"{"recipient_id":"U1","message_id":"m_1"}"#) else {
      Issue.record("not sent")
      return
    }
    guard case .sent("m_1", nil) = outcome(200, #"{"message_id":"m_1"}"#) else {
      Issue.record("not sent")
      return
    }
    guard case .sent(nil, "123") = outcome(200, #"{"recipient_id":123}"#) else {
      Issue.record("not sent")
      return
    }
  }

  @Test(
    "an answer that says neither yes nor no leaves the outcome unknown",
    arguments: [(200, ""), (200, "{}"), (200, #"{"message_"#), (502, "<html>"), (504, ""), (408, "")])
  func unknown(status: Int, body: String) {
    guard case .unknown(let error) = outcome(status, body) else {
      Issue.record("not unknown")
      return
    }
    #expect(error.disposition == .unknown)
    #expect(error.httpStatus == status)
    #expect(error.code == nil)
  }

  @Test(
    "an answer that is not Meta's is a no to be tried again",
    arguments: [
      (500, "", GraphError.Disposition.retry), (503, "busy", .retry), (404, "<html>", .retry), (301, "", .retry),
      (429, "", .slowDown), (401, "{}", .reauthorise), (500, #"{"error":"text"}"#, .retry),
      (400, #"{"error":{"message":"no code"}}"#, .retry),
    ])
  func foreign(status: Int, body: String, disposition: GraphError.Disposition) {
    guard case .refused(let error) = outcome(status, body) else {
      Issue.record("not refused")
      return
    }
    #expect(error.disposition == disposition)
  }

  @Test("an error with status 200 is an error")
  func errorWith200() {
    guard case .refused(let error) = outcome(200, #"{"error":{"code":36000}}"#) else {
      Issue.record("not refused")
      return
    }
    #expect(error.code == 36000)
  }

  @Test("without an answer it matters whether anything had left")
  func unanswered() {
    let target = "POST https://graph.example/v26.0/1/messages"
    let refused = HTTPClientError(code: .connect, mayHaveBeenSent: false, target: target, cause: "refused")
    guard case .refused(let error) = SendOutcome(refused), error.disposition == .retry else {
      Issue.record("a refused connection must be tried again")
      return
    }
    let lost = HTTPClientError(code: .timeout, mayHaveBeenSent: true, target: target, cause: "timed out")
    guard case .unknown(let error) = SendOutcome(lost), error.disposition == .unknown else {
      Issue.record("a lost answer must not be tried again")
      return
    }
    #expect(error.description.hasPrefix("Sending a message failed: "))
  }
}

@Suite("A profile is read with whatever it says")
struct ProfileTests {
  private func profile(_ status: Int, _ body: String) throws -> Profile {
    try Profile(HTTPClientResponse(status: status, body: Array(body.utf8)))
  }

  @Test("names are there or not")
  func names() throws {
    let full = try profile(
      200, #"{"id":"U1","first_name":"Ada","last_name":"","name":"Ada L.","profile_pic":"https://x"}"#)
    #expect(full.firstName == "Ada")
    #expect(full.lastName == nil)
    #expect(full.name == "Ada L.")
    #expect(full.pictureURL == "https://x")
    #expect(full.raw["id"] == "U1")
    #expect(try profile(200, "{}").firstName == nil)
  }

  @Test(
    "a refusal is an error, and nothing about a profile is ever unknown",
    arguments: [
      (400, #"{"error":{"code":100,"error_subcode":2018218}}"#, GraphError.Disposition.drop),
      (400, #"{"error":{"code":190}}"#, .reauthorise), (200, #"{"error":{"code":4}}"#, .slowDown), (502, "", .retry),
      (200, "[]", .retry), (200, "", .retry), (400, #"{"error":{"code":1,"error_subcode":1357046}}"#, .retry),
    ])
  func refused(status: Int, body: String, disposition: GraphError.Disposition) throws {
    let error = try #require(throws: GraphError.self) { try profile(status, body) }
    #expect(error.disposition == disposition)
    #expect(error.operation == .readProfile)
  }
}
