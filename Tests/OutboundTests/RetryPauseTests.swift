import GraphAPI
import HTTPClient
import Testing

@testable import Outbound

@Suite("What counts as a try")
struct RetryPauseTests {
  private func error(_ status: Int, _ body: String) throws -> GraphError {
    try #require(SendOutcome(HTTPClientResponse(status: status, body: Array(body.utf8))).error)
  }

  private func meta(_ code: Int, _ subcode: Int? = nil) throws -> GraphError {
    let subcode = subcode.map { ",\"error_subcode\":\($0)" } ?? ""
    return try error(500, "{\"error\":{\"code\":\(code)\(subcode)}}")
  }

  @Test("what is not Meta's answer is an outage, whatever else goes through")
  func outage() throws {
    let pauses = RetryPause()
    pauses.sent(page: "1")
    #expect(pauses.isOutage(try error(503, "no backend"), page: "1", waited: .zero))
  }

  @Test(
    "Meta's own trouble is an outage of the page while nothing of it goes through, for a day", arguments: [1, 2, 1200])
  func ambiguous(code: Int) throws {
    let pauses = RetryPause()
    pauses.sent(page: "2")
    #expect(pauses.isOutage(try meta(code), page: "1", waited: .seconds(3600)))
    #expect(!pauses.isOutage(try meta(code), page: "2", waited: .seconds(3600)))
    #expect(!pauses.isOutage(try meta(code), page: "1", waited: .seconds(25 * 3600)))
  }

  @Test("a picture that Meta could not fetch is the message's own trouble, and a limit is none of either")
  func own() throws {
    let pauses = RetryPause()
    #expect(!pauses.isOutage(try meta(100, 2_018_008), page: "1", waited: .zero))
    #expect(!pauses.isOutage(try meta(613), page: "1", waited: .zero))
  }

  @Test("pauses double, half of them random, and end at the longest")
  func pauses() {
    for tries in 1...40 {
      let full = min(Duration.milliseconds(500) * (1 << min(tries - 1, 20)), .seconds(60))
      #expect((full / 2...full).contains(RetryPause.time(after: tries)))
    }
  }
}
