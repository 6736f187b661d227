internal import CLibCurl
internal import SocketLoop

/// One call in flight: what has come so far, what went wrong, and who waits for it.
final class Transfer {
  typealias Outcome = Result<HTTPClientResponse, HTTPClientError>

  /// Headers of one answer, names and values together; more is refused.
  private static let maximumHeaderBytes = 256 << 10

  let id: UInt64
  let easy: EasyHandle
  private let request: HTTPClientRequest
  private var continuation: CheckedContinuation<Outcome, Never>?
  private var headers: [(String, String)] = []
  private var headerBytes = 0
  private var body: [UInt8] = []
  private var timesSent = 0
  /// Ends the call if it never gets a connection: libcurl does not time a transfer that waits for one.
  var queueTimer: LoopTimer?
  private var isTooLarge = false
  private var isWrongType = false
  private var isForbiddenAddress = false

  init(
    id: UInt64, easy: EasyHandle, request: HTTPClientRequest, continuation: CheckedContinuation<Outcome, Never>
  ) {
    self.id = id
    self.easy = easy
    self.request = request
    self.continuation = continuation
  }

  static func at(_ context: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  var wasSent: Bool { timesSent > 0 }

  func prepare(trusting authorities: String?) -> CURLcode {
    easy.prepare(request, for: self, trusting: authorities)
  }

  // MARK: While it runs

  /// Called before each time the request would leave; libcurl repeats it when a kept connection turns out dead.
  func maySend() -> Bool {
    timesSent += 1
    return timesSent == 1 || request.method == "GET" || request.method == "HEAD"
  }

  func refusedAddress() { isForbiddenAddress = true }

  func received(body chunk: UnsafeRawBufferPointer) -> Bool {
    if body.isEmpty, !isAcceptedType {
      isWrongType = true
      return false
    }
    guard body.count + chunk.count <= request.maximumResponseBytes else {
      isTooLarge = true
      return false
    }
    body.append(contentsOf: chunk)
    return true
  }

  /// Looked at when the first of the body is here; what is no success has a body that says why.
  private var isAcceptedType: Bool {
    guard let accepted = request.acceptedTypes, (200..<300).contains(easy.long(CURLINFO_RESPONSE_CODE)) else {
      return true
    }
    let type = headers.last { $0.0.lowercased() == "content-type" }?.1.lowercased() ?? ""
    return accepted.contains { type.hasPrefix($0) }
  }

  func received(header line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.maximumHeaderBytes else {
      isTooLarge = true
      return false
    }
    if line.starts(with: "HTTP/".utf8) {
      headers.removeAll(keepingCapacity: true)  // the answer before was interim
    } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
      headers.append((text(line[..<colon]), text(line[(colon + 1)...])))
      return announcedSizeFits
    }
    return true
  }

  /// An answer that says itself that it is too large is not read at all.
  private var announcedSizeFits: Bool {
    guard request.method != "HEAD", let (name, value) = headers.last, name.lowercased() == "content-length",
      let size = Int(value), size > request.maximumResponseBytes
    else { return true }
    isTooLarge = true
    return false
  }

  private func text(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
    var bytes = bytes
    while let first = bytes.first, first == 32 || first == 9 { bytes.removeFirst() }
    while let last = bytes.last, last <= 32 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }

  // MARK: How it ends, once

  func finish(_ result: CURLcode) {
    guard result == CURLE_OK else { return fail(code(for: result), String(cString: curl_easy_strerror(result))) }
    resume(
      .success(
        HTTPClientResponse(
          status: easy.long(CURLINFO_RESPONSE_CODE), headers: headers, body: body,
          httpVersion: Self.version(of: easy))))
  }

  static func version(of easy: EasyHandle) -> String {
    switch easy.long(CURLINFO_HTTP_VERSION) {
    case Int(CURL_HTTP_VERSION_1_0): "1.0"
    case Int(CURL_HTTP_VERSION_2_0): "2"
    case Int(CURL_HTTP_VERSION_3): "3"
    default: "1.1"
    }
  }

  func fail(_ code: HTTPClientError.Code, _ cause: String) {
    resume(
      .failure(
        HTTPClientError(
          code: code, mayHaveBeenSent: wasSent, target: request.shownTarget, cause: cause)))
  }

  private func resume(_ outcome: Outcome) {
    continuation?.resume(returning: outcome)
    continuation = nil
  }

  private func code(for result: CURLcode) -> HTTPClientError.Code {
    if isTooLarge { return .tooLarge }
    if isWrongType { return .wrongType }
    if isForbiddenAddress, !wasSent { return .forbiddenAddress }
    return switch result {
    case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_COULDNT_CONNECT: .connect
    case CURLE_OPERATION_TIMEDOUT: .timeout
    case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER,
      CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS, CURLE_SSL_ENGINE_NOTFOUND:
      .tls
    // After sending, "unsupported" is an answer without a status line.
    case CURLE_UNSUPPORTED_PROTOCOL where wasSent: .protocolError
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
    // Aborted by the callback: the repeat that `maySend` refused.
    case CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_PARTIAL_FILE, CURLE_ABORTED_BY_CALLBACK,
      CURLE_HTTP2, CURLE_HTTP2_STREAM:
      .closed
    default: .protocolError
    }
  }
}
