import HTTPClient

/// Gets one attachment from where Meta put it. Nothing of the link ever leaves here but to its host.
struct MediaFetcher: Sendable {
  enum Outcome: Sendable, Hashable {
    case fetched([UInt8], type: String)
    /// For good, with a word for it: host, address, size, type, status, redirects.
    case refused(String)
    /// The link leads nowhere any more.
    case expired
    /// Perhaps not next time.
    case failed(String)
  }

  /// Of one attachment, redirects included each.
  static let timeout = Duration.seconds(60)
  private static let redirects = 3

  let http: HTTPClient
  let hosts: MediaHosts

  /// - Parameter limit: Bytes; more ends the call while it runs.
  func fetch(_ url: String, type: String, limit: Int) async -> Outcome {
    var url = url
    for _ in 0...Self.redirects {
      guard let trust = hosts.trust(in: url) else { return .refused("host") }
      var request = HTTPClientRequest(
        url: url, timeout: Self.timeout, maximumResponseBytes: limit, allowsPlainHTTP: trust == .full)
      request.allowsPrivateAddresses = trust == .full
      request.acceptedTypes = Self.accepted(for: type)
      do {
        let response = try await http.send(request)
        if (301...308).contains(response.status), let next = response.header("location") {
          url = next
          continue
        }
        return Self.outcome(of: response)
      } catch {
        return Self.outcome(of: error)
      }
    }
    return .refused("redirects")
  }

  private static func outcome(of response: HTTPClientResponse) -> Outcome {
    switch response.status {
    case 200 where response.body.isEmpty: .failed("empty")
    case 200: .fetched(response.body, type: response.header("content-type") ?? "application/octet-stream")
    // Meta's storage answers 403 to a link whose time is over.
    case 403, 404, 410: .expired
    case 408, 425, 429, 500...: .failed("status \(response.status)")
    default: .refused("status \(response.status)")
    }
  }

  private static func outcome(of error: HTTPClientError) -> Outcome {
    switch error.code {
    case .tooLarge: .refused("size")
    case .wrongType: .refused("type")
    case .forbiddenAddress: .refused("address")
    case .invalidRequest: .refused("host")
    default: .failed(error.code.description)
    }
  }

  /// Voice messages are told as `audio` and come as MP4; a file may be anything.
  private static func accepted(for type: String) -> [String]? {
    switch type {
    case "image", "sticker": ["image/"]
    case "audio": ["audio/", "video/", "application/octet-stream", "application/ogg"]
    case "video", "reel": ["video/", "application/octet-stream"]
    default: nil
    }
  }
}
