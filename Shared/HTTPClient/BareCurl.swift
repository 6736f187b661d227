internal import CLibCurl
internal import CurlShims

/// libcurl with nothing of ours around it: posts as fast as it is answered, on the calling thread, over connections
/// like those of `HTTPClient`. What everything above it is measured against.
package enum BareCurl {
  package struct Outcome: Sendable {
    package var requests = 0
    /// Not answered with 200.
    package var refused = 0
    /// As the responses' versions were: "2".
    package var versions: Set<String> = []
    package var connections = 0
    package var time = Duration.zero

    package init() {}
  }

  /// - Parameters:
  ///   - requests: Their method is POST, whatever they say; their bodies and headers are sent.
  ///   - inFlight: As many at once.
  ///   - authorities: PEM certificates to trust.
  package static func post(_ requests: [HTTPClientRequest], inFlight: Int, authorities: String?) -> Outcome {
    _ = TransferTable.globalInit
    guard let multi = curl_multi_init() else { fatalError("libcurl: out of memory") }
    defer { curl_multi_cleanup(multi) }
    martlet_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, HTTPClient.Limits().connectionsPerHost)

    var slots: [UnsafeMutableRawPointer: Slot] = [:]
    var outcome = Outcome()
    var next = 0
    let start = ContinuousClock.now
    for _ in 0..<min(inFlight, requests.count) {
      let slot = Slot(authorities: authorities)
      slots[slot.easy.pointer] = slot
      slot.take(requests[next])
      next += 1
      curl_multi_add_handle(multi, slot.easy.pointer)
    }
    var running: Int32 = 0
    while outcome.requests < requests.count {
      curl_multi_perform(multi, &running)
      var left: Int32 = 0
      while let message = curl_multi_info_read(multi, &left) {
        guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle, let slot = slots[easy]
        else { continue }
        outcome.take(slot.easy, message.pointee.data.result)
        curl_multi_remove_handle(multi, easy)
        guard next < requests.count else { continue }
        slot.take(requests[next])
        next += 1
        curl_multi_add_handle(multi, easy)
      }
      if outcome.requests < requests.count { curl_multi_poll(multi, nil, 0, 1000, nil) }
    }
    outcome.time = start.duration(to: .now)
    return outcome
  }

  /// One handle, used again and again.
  private final class Slot {
    let easy = EasyHandle()
    private var headers: UnsafeMutablePointer<curl_slist>?

    init(authorities: String?) {
      if let authorities { easy.trust(authorities) }
      martlet_easy_set_long(easy.pointer, CURLOPT_NOSIGNAL, 1)
      martlet_easy_set_long(easy.pointer, CURLOPT_PIPEWAIT, 1)
      martlet_easy_set_write(easy.pointer, CURLOPT_WRITEFUNCTION) { _, size, count, _ in size * count }
    }

    deinit { curl_slist_free_all(headers) }

    func take(_ request: HTTPClientRequest) {
      martlet_easy_set_string(easy.pointer, CURLOPT_URL, request.url)
      let body = request.body ?? []
      martlet_easy_set_long(easy.pointer, CURLOPT_POSTFIELDSIZE, body.count)
      body.withUnsafeBytes { bytes in
        _ = martlet_easy_set_pointer(easy.pointer, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
      }
      let old = headers
      headers = request.headers.reduce(nil) { curl_slist_append($0, "\($1.0): \($1.1)") }
      martlet_easy_set_pointer(easy.pointer, CURLOPT_HTTPHEADER, headers)
      curl_slist_free_all(old)
    }
  }
}

extension BareCurl.Outcome {
  fileprivate mutating func take(_ easy: EasyHandle, _ result: CURLcode) {
    requests += 1
    guard result == CURLE_OK else { return refused += 1 }
    if easy.long(CURLINFO_RESPONSE_CODE) != 200 { refused += 1 }
    versions.insert(Transfer.version(of: easy))
    connections += easy.long(CURLINFO_NUM_CONNECTS)
  }
}
