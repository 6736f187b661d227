internal import CLibCurl
internal import CurlShims
internal import Glibc

/// One `CURL *`: owned here, cleaned up with the object, used for one call at a time and then again.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer
  private var headerList: UnsafeMutablePointer<curl_slist>?

  init() {
    guard let pointer = curl_easy_init() else { fatalError("libcurl: out of memory") }
    self.pointer = pointer
  }

  deinit {
    curl_slist_free_all(headerList)
    curl_easy_cleanup(pointer)
  }

  /// Forgets the call before and takes this one; `transfer` is not retained.
  func prepare(_ request: HTTPClientRequest, for transfer: Transfer, trusting authorities: String?) -> CURLcode {
    curl_easy_reset(pointer)
    set(CURLOPT_NOSIGNAL, 1)
    set(CURLOPT_FOLLOWLOCATION, 0)
    set(CURLOPT_TIMEOUT_MS, max(1, request.timeout.milliseconds))
    set(CURLOPT_CONNECTTIMEOUT_MS, max(1, request.connectTimeout.milliseconds))
    set(CURLOPT_PROTOCOLS_STR, request.allowsPlainHTTP ? "http,https" : "https")
    if request.url.hasPrefix("http:") {
      set(CURLOPT_PROXY, "")  // plain HTTP is loopback or a private network: never through a proxy
    } else {
      set(CURLOPT_PIPEWAIT, 1)  // share one HTTP/2 connection rather than open many
    }
    let context = Unmanaged.passUnretained(transfer).toOpaque()
    if !request.allowsPrivateAddresses {
      set(CURLOPT_PROXY, "")  // a proxy would look the name up itself
      set(CURLOPT_FRESH_CONNECT, 1)  // a connection of another call was not looked at
      set(CURLOPT_FORBID_REUSE, 1)
      martlet_easy_set_open_socket(pointer, openPublicSocket)
      martlet_easy_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context)
    }
    if let authorities { trust(authorities) }
    if let signature = request.signature {
      set(CURLOPT_AWS_SIGV4, "aws:amz:\(signature.region):s3")
      set(CURLOPT_USERPWD, "\(signature.key):\(signature.secret)")
    }
    martlet_easy_set_pointer(pointer, CURLOPT_PRIVATE, context)
    martlet_easy_set_write(pointer, CURLOPT_WRITEFUNCTION, receiveBody)
    martlet_easy_set_pointer(pointer, CURLOPT_WRITEDATA, context)
    martlet_easy_set_write(pointer, CURLOPT_HEADERFUNCTION, receiveHeader)
    martlet_easy_set_pointer(pointer, CURLOPT_HEADERDATA, context)
    martlet_easy_set_prerequest(pointer, aboutToSend)
    martlet_easy_set_pointer(pointer, CURLOPT_PREREQDATA, context)
    setMethodAndBody(request)
    setHeaders(request.headers)
    return set(CURLOPT_URL, request.url)
  }

  /// Trusts these PEM certificates and no others; libcurl copies them.
  func trust(_ authorities: String) {
    var authorities = authorities
    authorities.withUTF8 { bytes in
      _ = martlet_easy_set_blob(pointer, CURLOPT_CAINFO_BLOB, bytes.baseAddress, bytes.count)
    }
  }

  private func setMethodAndBody(_ request: HTTPClientRequest) {
    switch (request.method, request.body) {
    case ("GET", nil):
      set(CURLOPT_HTTPGET, 1)
    case ("HEAD", nil):
      set(CURLOPT_NOBODY, 1)
    case ("POST", _), (_, .some):
      let body = request.body ?? []
      set(CURLOPT_POST, 1)
      set(CURLOPT_POSTFIELDSIZE, body.count)
      body.withUnsafeBytes { bytes in
        // An empty array has no address, and libcurl reads NULL as "ask the read callback".
        guard let address = bytes.baseAddress else { return _ = set(CURLOPT_COPYPOSTFIELDS, "") }
        _ = martlet_easy_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, address)
      }
      if request.method != "POST" { set(CURLOPT_CUSTOMREQUEST, request.method) }
    default:
      set(CURLOPT_CUSTOMREQUEST, request.method)
    }
  }

  private func setHeaders(_ headers: [(String, String)]) {
    curl_slist_free_all(headerList)
    headerList = curl_slist_append(nil, "Expect:")  // no waiting for "100 Continue"
    for (name, value) in headers {
      // "Name;" is how libcurl is told to send a header without a value.
      curl_slist_append(headerList, value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    martlet_easy_set_pointer(pointer, CURLOPT_HTTPHEADER, headerList)
  }

  func long(_ info: CURLINFO) -> Int {
    var value = 0
    martlet_easy_get_long(pointer, info, &value)
    return value
  }

  private func set(_ option: CURLoption, _ value: Int) {
    martlet_easy_set_long(pointer, option, value)
  }

  @discardableResult
  private func set(_ option: CURLoption, _ value: String) -> CURLcode {
    martlet_easy_set_string(pointer, option, value)
  }
}

// MARK: - What libcurl calls while a transfer runs, always on the loop's thread

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return Transfer.at(context).received(body: chunk) ? chunk.count : 0
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?
) -> Int {
  guard let context else { return 0 }
  let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
  return Transfer.at(context).received(header: line) ? line.count : 0
}

private func aboutToSend(
  _ context: UnsafeMutableRawPointer?, _: UnsafeMutablePointer<CChar>?, _: UnsafeMutablePointer<CChar>?, _: Int32,
  _: Int32
) -> Int32 {
  guard let context else { return CURL_PREREQFUNC_ABORT }
  return Transfer.at(context).maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}

/// Makes a socket only where the address belongs to the public internet.
private func openPublicSocket(
  _ context: UnsafeMutableRawPointer?, _: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let context, let address else { return -1 }
  let isPublic = withUnsafePointer(to: &address.pointee.addr) { pointer in
    let bytes = UnsafeRawBufferPointer(start: pointer, count: Int(address.pointee.addrlen))
    return PublicAddress.isPublic(socketAddress: bytes)
  }
  guard isPublic else {
    Transfer.at(context).refusedAddress()
    return -1
  }
  return socket(
    address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue), address.pointee.protocol)
}

extension Duration {
  /// Whole milliseconds, rounded down.
  fileprivate var milliseconds: Int {
    Int(components.seconds) * 1000 + Int(components.attoseconds / 1_000_000_000_000_000)
  }
}
