import HTTPClient
import JSON

/// What Meta says about our use of its limits (Meta, Graph API rate limiting).
enum UsageHeaders {
  /// The longest `estimated_time_to_regain_access` (minutes) of `X-Business-Use-Case-Usage`, else `Retry-After`
  /// (seconds); nil when neither says anything. At most a day: a limit's window is no longer.
  static func wait(_ response: HTTPClientResponse) -> Duration? {
    let usage = response.header("x-business-use-case-usage").flatMap { try? JSON(parsing: $0) }
    let minutes = (usage?.object).map { $0.flatMap { $0.value.array ?? [] } }?
      .compactMap { $0["estimated_time_to_regain_access"]?.int }.max()
    if let minutes, minutes > 0 { return .seconds(min(minutes, 24 * 60) * 60) }
    if let seconds = response.header("retry-after").flatMap({ Int($0) }), seconds > 0 {
      return .seconds(min(seconds, 24 * 3600))
    }
    return nil
  }
}
