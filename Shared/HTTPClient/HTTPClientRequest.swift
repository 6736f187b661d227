/// One HTTP call to make: everything about it, and how long it may take.
package struct HTTPClientRequest: Sendable {
  package var method: String
  /// Absolute, `http://` or `https://`.
  package var url: String
  /// Sent in this order; a name or value with a line break is refused.
  package var headers: [(String, String)]
  package var body: [UInt8]?
  /// For the whole call, waiting for a free connection included. Default 10 s.
  package var timeout: Duration
  /// For name, TCP and TLS together. Default 3 s.
  package var connectTimeout: Duration
  /// More than this ends the call with `.tooLarge`. Default 4 MiB.
  package var maximumResponseBytes: Int
  /// Off: only `https://` is taken. Default on (development and tests talk to loopback).
  package var allowsPlainHTTP: Bool
  /// Off: a name that leads to loopback, a private network or anything else that is not the public internet ends the
  /// call with `.forbiddenAddress` before a connection is made. Default on.
  package var allowsPrivateAddresses = true
  /// What the answer's `Content-Type` may begin with, in lower case; anything else ends a 2xx answer with `.wrongType`
  /// before its body is read. Nil takes everything.
  package var acceptedTypes: [String]?
  /// Signs the request for a store that speaks S3.
  package var signature: AWSSignature?

  package init(
    method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8]? = nil,
    timeout: Duration = .seconds(10), connectTimeout: Duration = .seconds(3),
    maximumResponseBytes: Int = 4 << 20, allowsPlainHTTP: Bool = true
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.connectTimeout = connectTimeout
    self.maximumResponseBytes = maximumResponseBytes
    self.allowsPlainHTTP = allowsPlainHTTP
  }

  /// AWS Signature Version 4: libcurl computes it over the request and its body.
  package struct AWSSignature: Sendable {
    package var key: String
    package var secret: String
    package var region: String

    package init(key: String, secret: String, region: String) {
      self.key = key
      self.secret = secret
      self.region = region
    }
  }

  /// Method and URL without query, fragment and user: what an error may show.
  var shownTarget: String {
    var shown = url[...]
    if let end = shown.firstIndex(where: { $0 == "?" || $0 == "#" }) { shown = shown[..<end] }
    let authority = shown.range(of: "://")
    if let authority {
      let rest = shown[authority.upperBound...]
      let host = rest.prefix { $0 != "/" }
      if let at = host.lastIndex(of: "@") {
        shown = shown[..<authority.upperBound] + rest[rest.index(after: at)...]
      }
    }
    return "\(method) \(shown)"
  }

  /// Header text that cannot smuggle a second header or request.
  var hasCleanHeaders: Bool {
    func clean(_ text: String) -> Bool { text.utf8.allSatisfy { $0 != 13 && $0 != 10 && $0 != 0 } }
    return clean(method) && clean(url) && headers.allSatisfy { clean($0.0) && clean($0.1) }
  }
}

extension Substring {
  /// Where `text` first occurs (the standard library has this only with Foundation).
  fileprivate func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) {
        return start..<index(start, offsetBy: text.count)
      }
      start = index(after: start)
    }
    return nil
  }
}

extension HTTPClientRequest.AWSSignature: CustomStringConvertible, CustomReflectable {
  package var description: String { "AWSSignature(\(region))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
