import Cryptography
import Glibc
import ServiceKit
import Synchronization

/// What the simulated Meta knows from its settings: the pages it plays, their tokens, and the app's secret.
struct Platform: Sendable {
  struct Page: Sendable, Hashable {
    var id: String
    var name: String
    var token: String
    var app: String
  }

  /// At least one, in the order of the settings.
  let pages: [Page]
  /// The first secret of the first app: signs every webhook.
  let secret: String
  private let pageByID: [String: Page]

  init(pages: [Page], secret: String) {
    self.pages = pages
    self.secret = secret
    pageByID = Dictionary(pages.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// - Throws: `ConfigurationError` when no app or no page is set.
  init(settings: Settings) throws {
    let app = try settings.apps[0]
    let pages = try settings.pages.map { Page(id: $0.id, name: $0.name, token: $0.token, app: $0.app) }
    guard !pages.isEmpty else {
      throw ConfigurationError(
        .missing, SettingName.pages.variable, "names no page to play",
        remedy: "Set it to \(SettingName.pages.purpose).")
    }
    self.init(pages: pages, secret: app.secrets[0])
  }

  /// The page of that id; the first page when none is asked for.
  func page(id: String?) -> Page? { id.map { pageByID[$0] } ?? pages[0] }
}

/// Message ids: never the same twice, also not after a restart.
final class MessageIDs: Sendable {
  private let prefix = "m_" + Hex.encode(randomBytes(6))
  private let last = Atomic<Int>(0)

  func next() -> String {
    prefix + String(last.add(1, ordering: .relaxed).newValue, radix: 36)
  }
}

/// Milliseconds since 1970, as every timestamp of the platform.
func platformTime() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}

/// The same as the Graph API writes it: `2026-11-21T19:03:11+0000`.
func graphTime(_ milliseconds: Int64) -> String {
  var seconds = time_t(milliseconds / 1000)
  var parts = tm()
  gmtime_r(&seconds, &parts)
  func two(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
  return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
    + "T\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))+0000"
}
