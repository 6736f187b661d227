import HTTPClient
import JSON
import Testing

@testable import GraphAPI

@Suite("Meta's errors are understood by their numbers")
struct GraphErrorTests {
  private func error(_ code: JSON, _ subcode: JSON? = nil, status: Int = 400, headers: [(String, String)] = []) throws
    -> GraphError
  {
    var error: JSONObject = ["message": "said in words", "type": "OAuthException", "code": code, "fbtrace_id": "AbC"]
    error["error_subcode"] = subcode
    let body = JSON.object(["error": .object(error)])
    let response = HTTPClientResponse(status: status, headers: headers, body: body.bytes())
    switch SendOutcome(response) {
    case .refused(let error), .unknown(let error): return error
    case .sent: return try #require(nil)
    }
  }

  @Test(
    "a number decides what comes next",
    arguments: [
      (1, nil, .retry), (1, 99, .retry), (1, 1_357_046, .unknown), (2, nil, .retry), (1200, nil, .retry),
      (4, nil, .slowDown), (17, 2_446_079, .slowDown), (32, nil, .slowDown), (613, 1996, .slowDown),
      (613, 2_018_338, .drop), (80006, nil, .slowDown), (368, nil, .parkPage), (190, 463, .reauthorise),
      (190, 999, .reauthorise), (102, nil, .reauthorise), (10, nil, .reauthorise), (200, nil, .reauthorise),
      (299, nil, .reauthorise), (100, 2_534_020, .drop), (100, 2_018_180, .drop),
      (10, 2_018_278, .drop), (10, 2_018_065, .drop), (10, 1_404_170, .parkPage), (10, 7_777_777, .drop),
      (200, 1_545_041, .drop), (551, 1_545_041, .drop), (551, nil, .drop), (100, 2_018_001, .drop),
      (100, 7_777_777, .drop), (100, nil, .drop), (36000, nil, .drop), (4242, nil, .drop),
    ] as [(Int, Int?, GraphError.Disposition)])
  func disposition(code: Int, subcode: Int?, expected: GraphError.Disposition) throws {
    let error = try error(JSON(code), subcode.map { JSON($0) })
    #expect(error.disposition == expected)
    #expect(error.code == code)
    #expect(error.subcode == subcode)
    #expect(error.fbtraceID == "AbC")
    #expect(!error.remedy.isEmpty)
  }

  @Test("a number counts in either place, and in quotes")
  func eitherPlace() throws {
    #expect(try error(2_018_300).disposition == .parkConversation)
    #expect(try error(10, 2_018_300).disposition == .parkConversation)
    #expect(try error(100, 2_018_300).disposition == .parkConversation)
    #expect(try error("10", "2018300").disposition == .parkConversation)
    #expect(try error(1_357_046).disposition == .unknown)
    #expect(try error(10, 2_018_171).remedy == error(2_018_171).remedy)
    #expect(try error(10, 33).disposition == .drop)
    #expect(try error(99).remedy == error(4242).remedy)
  }

  @Test("the status counts only where the numbers say nothing")
  func status() throws {
    #expect(try error(190, status: 500).disposition == .reauthorise)
    #expect(try error(36000, status: 200).disposition == .drop)
    #expect(try error(4242, status: 500).disposition == .retry)
  }

  @Test("the time to wait comes from Meta's headers, else from the table")
  func wait() throws {
    let usage =
      #"{"1":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":5},{"type":"pages"}],"#
      + #""2":[{"estimated_time_to_regain_access":3}]}"#
    let header = "X-Business-Use-Case-Usage"
    #expect(try error(80006, headers: [(header, usage)]).retryAfter == .seconds(300))
    #expect(try error(80006, headers: [("retry-after", "7")]).retryAfter == .seconds(7))
    #expect(try error(80006, headers: [(header, "17%"), ("Retry-After", "soon")]).retryAfter == nil)
    #expect(try error(368).retryAfter == .seconds(3600))
    #expect(try error(368, headers: [(header, usage)]).retryAfter == .seconds(300))
    #expect(try error(190, headers: [(header, usage)]).retryAfter == nil)
    #expect(
      try error(4, headers: [(header, #"{"1":[{"estimated_time_to_regain_access":99999999}]}"#)]).retryAfter
        == .seconds(86400))
  }

  @Test("an error says what was done, what came back and what to do, and nothing of Meta's words")
  func description() throws {
    let description = try error(190, 463).description
    #expect(
      description
        == "Sending a message failed: the page's token has expired (code 190/463, HTTP 400, fbtrace_id AbC). "
        + "Connect the page again and set its new token: martlet page token set.")
  }

  @Test("no two rows are about the same numbers")
  func unique() {
    let codes = GraphErrorTable.rows.filter { $0.subcodes == nil }.compactMap(\.code)
    #expect(Set(codes).count == codes.count)
    let pairs = GraphErrorTable.rows.flatMap { row in
      row.subcodes.map { $0.map { "\(row.code ?? 0)/\($0)" } } ?? []
    }
    #expect(Set(pairs).count == pairs.count)
  }
}
