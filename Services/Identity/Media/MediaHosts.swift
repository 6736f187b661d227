/// Which links are followed. A link is a stranger's word, even under Meta's signature: the person chose the file, and
/// Meta's own fallback attachments hold any address of the web.
struct MediaHosts: Sendable {
  enum Trust: Sendable, Hashable {
    /// Over TLS and only to addresses of the public internet.
    case `public`
    /// Named whole by the operator: plain HTTP and private addresses too, for development.
    case full
  }

  /// Where Meta's attachments lie.
  static let metas = "fbcdn.net,fbsbx.com"

  private let suffixes: [String]
  private let origins: [String]

  /// - Parameter setting: Hosts, which stand for themselves and all below them; or whole origins, `http://127.0.0.1:8090`.
  init(_ setting: String = metas) {
    let entries = setting.split(separator: ",").map { entry in
      String(entry.drop { $0 == " " }.prefix { $0 != " " }).lowercased()
    }
    origins = entries.filter { $0.contains("://") }.map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    suffixes = entries.filter { !$0.isEmpty && !$0.contains("://") }
  }

  /// Nil: not to be followed. Narrow on purpose, because libcurl reads the link a second time: no user, no port, no
  /// escapes in the host, printable ASCII only.
  func trust(in url: String) -> Trust? {
    guard url.utf8.count <= 8192, url.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      return nil
    }
    if origins.contains(where: url.hasPrefix) { return .full }
    guard url.hasPrefix("https://") else { return nil }
    let host = url.dropFirst("https://".count).prefix { !"/?#".contains($0) }.lowercased()
    let isPlain = host.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    guard isPlain, suffixes.contains(where: { host == $0 || host.hasSuffix("." + $0) }) else { return nil }
    return .public
  }
}
