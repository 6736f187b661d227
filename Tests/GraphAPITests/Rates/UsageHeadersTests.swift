import HTTPClient
import Testing

@testable import GraphAPI

@Suite("Meta's usage headers are read")
struct UsageHeadersTests {
  private func usage(_ name: String, _ value: String, page: String? = nil) -> UsageHeaders {
    UsageHeaders(HTTPClientResponse(status: 200, headers: [(name, value)]), page: page)
  }

  @Test("the highest of the three figures counts")
  func highest() {
    let value = #"{"call_count":28,"total_time":81,"total_cputime":25}"#
    #expect(usage("X-App-Usage", value) == UsageHeaders(app: .init(percent: 81)))
    #expect(usage("x-page-usage", value) == UsageHeaders(page: .init(percent: 81)))
    #expect(usage("X-App-Usage", #""17%""#) == UsageHeaders(app: .init(percent: 17)))
  }

  @Test("of several ids the page's own counts, and of a page its Messenger and page use")
  func business() {
    let value =
      #"{"1":[{"type":"messenger","call_count":76,"estimated_time_to_regain_access":0},"#
      + #"{"type":"pages","call_count":12},{"type":"ads_management","call_count":100}],"#
      + #""2":[{"type":"messenger","call_count":100,"estimated_time_to_regain_access":7}]}"#
    let name = "X-Business-Use-Case-Usage"
    #expect(usage(name, value, page: "1") == UsageHeaders(page: .init(percent: 76)))
    #expect(usage(name, value, page: "2") == UsageHeaders(page: .init(percent: 100, regain: .seconds(420))))
    #expect(usage(name, value, page: "3").page?.percent == 100)
  }

  @Test(
    "nonsense says nothing",
    arguments: ["", "soon", "[]", "{}", #"{"call_count":"many"}"#, #"{"call_count":-4}"#, #"{"1":{}}"#])
  func nonsense(value: String) {
    for name in ["X-App-Usage", "X-Page-Usage", "X-Business-Use-Case-Usage"] {
      #expect(usage(name, value).isEmpty)
    }
  }
}
