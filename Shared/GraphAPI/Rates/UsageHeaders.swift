package import HTTPClient
import JSON

/// What Meta says about our use of its limits, in the headers of any answer once enough calls were made (Meta, Graph
/// API rate limiting).
package struct UsageHeaders: Sendable, Hashable {
  /// How much of one limit is used.
  package struct Use: Sendable, Hashable {
    /// The highest of calls, time and processor time; throttled from 100 on.
    package var percent: Int
    /// How long calls are refused, where Meta says so. At most a day: a limit's window is no longer.
    package var regain: Duration?

    package init(percent: Int, regain: Duration? = nil) {
      self.percent = percent
      self.regain = regain
    }

    fileprivate static func worse(_ one: Use?, _ other: Use?) -> Use? {
      guard let one, let other else { return one ?? other }
      let regains = [one.regain, other.regain].compactMap(\.self)
      return Use(percent: max(one.percent, other.percent), regain: regains.max())
    }
  }

  /// Of the page's limits: `X-Business-Use-Case-Usage` and `X-Page-Usage`.
  package var page: Use?
  /// Of the limit that all pages of the app share: `X-App-Usage`.
  package var app: Use?

  package init(page: Use? = nil, app: Use? = nil) {
    self.page = page
    self.app = app
  }

  /// - Parameter page: Whose use it is, where the headers tell of several; nil takes the worst.
  package init(_ response: HTTPClientResponse, page: String? = nil) {
    self.init(
      page: Use.worse(
        response.header("x-page-usage").flatMap(Self.use),
        response.header("x-business-use-case-usage").flatMap { Self.businessUse($0, of: page) }),
      app: response.header("x-app-usage").flatMap(Self.use))
  }

  package var isEmpty: Bool { page == nil && app == nil }

  /// What an answer says about how long to wait: the use headers, else `Retry-After`.
  static func wait(_ response: HTTPClientResponse) -> Duration? {
    let usage = UsageHeaders(response)
    if let regain = Use.worse(usage.page, usage.app)?.regain { return regain }
    guard let seconds = response.header("retry-after").flatMap({ Int($0) }), seconds > 0 else { return nil }
    return .seconds(min(seconds, 24 * 3600))
  }

  /// `{"call_count":28,"total_time":25,"total_cputime":25}`; older answers say `"28%"`.
  private static func use(_ header: String) -> Use? {
    if let json = try? JSON(parsing: header), json.object != nil { return use(json) }
    return Int(header.filter { $0 != "%" && $0 != "\"" }).map { Use(percent: max(0, $0)) }
  }

  private static func use(_ json: JSON) -> Use? {
    let percents = ["call_count", "total_time", "total_cputime"].compactMap { json[$0]?.double }.filter { $0 >= 0 }
    let minutes = json["estimated_time_to_regain_access"]?.int ?? 0
    guard !percents.isEmpty || minutes > 0 else { return nil }
    return Use(
      percent: Int(min(percents.max() ?? 100, 1000)), regain: minutes > 0 ? .seconds(min(minutes, 24 * 60) * 60) : nil)
  }

  /// `{"<id>":[{"type":"messenger", …}]}`, up to 32 ids.
  private static func businessUse(_ header: String, of page: String?) -> Use? {
    guard let object = (try? JSON(parsing: header))?.object else { return nil }
    let entries = page.flatMap { object[$0]?.array } ?? object.flatMap { $0.value.array ?? [] }
    return entries.filter(isAboutMessages).reduce(nil) { Use.worse($0, use($1)) }
  }

  /// Other use cases, such as ads, have limits of their own.
  private static func isAboutMessages(_ entry: JSON) -> Bool {
    entry["type"]?.string.map { $0 == "messenger" || $0 == "pages" } ?? true
  }
}
