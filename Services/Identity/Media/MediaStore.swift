import Cryptography
import HTTPClient
import ServiceKit

/// Where attachments are kept.
protocol MediaStore: Sendable {
  /// Puts bytes at a place, over whatever was there: a fetch that was repeated writes the same again.
  func put(_ bytes: [UInt8], at place: String, type: String) async throws

  /// What is not there any more has been removed.
  func remove(_ place: String) async throws
}

/// Why something could not be kept; tried again later.
struct MediaStoreError: Error, CustomStringConvertible {
  enum Code: String { case folder, call, status }

  let code: Code
  /// The system's or libcurl's word for it, or the status.
  let cause: String

  var description: String { "keeping media: \(code.rawValue), \(cause). \(remedy)" }

  var remedy: String {
    switch code {
    case .folder: "Check the folder, its owner and the room on its disk."
    case .call: "Check the endpoint in \(SettingName.mediaStore.variable)."
    case .status: "Check bucket, region, key and secret."
    }
  }
}

enum MediaPlace {
  /// One attachment, one place, which tells nothing of the person: `<page>/<hash of the message's id>-<position>`.
  static func of(page: String, mid: String, position: Int) -> String {
    "\(safe(page))/\(Hex.encode(SHA256.hash(Array(mid.utf8))))-\(position)"
  }

  private static func safe(_ page: String) -> String {
    let isSafe = !page.isEmpty && page.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return isSafe ? page : Hex.encode(SHA256.hash(Array(page.utf8)).prefix(16))
  }
}

/// MARTLET_MEDIA_STORE, read.
enum MediaStores {
  /// - Returns: Nil when nothing is to be kept.
  static func make(_ settings: Settings, http: HTTPClient) throws -> (any MediaStore)? {
    guard let place = settings.string(.mediaStore) else { return nil }
    guard place.hasPrefix("s3://") else {
      guard place.hasPrefix("/") else { throw problem("is neither an absolute path nor s3://") }
      return FolderStore(folder: place)
    }
    let (path, query) = split(place.dropFirst("s3://".count), at: "?")
    let (bucket, prefix) = split(path, at: "/")
    var members: [Substring: String] = [:]
    for part in (query ?? "").split(separator: "&") {
      let (name, value) = split(part, at: "=")
      members[name] = value.map { String($0) }
    }
    guard !bucket.isEmpty, let region = members["region"], !region.isEmpty else {
      throw problem("names no bucket or no region")
    }
    let endpoint = members["endpoint"] ?? "https://s3.\(region).amazonaws.com"
    guard endpoint.hasPrefix("https://") || endpoint.hasPrefix("http://") else {
      throw problem("has an endpoint that is no https:// or http:// address")
    }
    let folder = prefix.map { $0.split(separator: "/").map { $0 + "/" }.joined() } ?? ""
    return S3Store(
      http: http, root: "\(endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint)/\(bucket)/\(folder)",
      signature: HTTPClientRequest.AWSSignature(
        key: try settings.required(.mediaKey), secret: try settings.required(.mediaSecret), region: region))
  }

  private static func split(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
    guard let index = text.firstIndex(of: mark) else { return (text, nil) }
    return (text[..<index], text[text.index(after: index)...])
  }

  private static func problem(_ text: String) -> ConfigurationError {
    ConfigurationError(
      .malformed, SettingName.mediaStore.variable, text, remedy: "It takes \(SettingName.mediaStore.purpose).")
  }
}
