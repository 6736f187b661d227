internal import CLibCurl
internal import CurlShims
internal import SocketLoop

/// Every call in flight and the `CURLM *` that drives them. All of it happens on the loop's thread.
final class TransferTable {
  static let globalInit: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))
  private static let idleHandles = 256

  private let loop: SocketLoop
  private let multi: UnsafeMutableRawPointer
  private let authorities: String?
  private var running: [UInt64: Transfer] = [:]
  private var idle: [EasyHandle] = []
  private var timer: TransferTimer

  init(loop: SocketLoop, limits: HTTPClient.Limits, authorities: String?) {
    _ = Self.globalInit
    guard let multi = curl_multi_init() else { fatalError("libcurl: out of memory") }
    self.loop = loop
    self.multi = multi
    self.authorities = authorities
    timer = TransferTimer()
    martlet_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, limits.connectionsPerHost)
    martlet_multi_set_long(multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, limits.connections)
    martlet_multi_set_long(multi, CURLMOPT_MAXCONNECTS, limits.connections)
    let context = Unmanaged.passUnretained(self).toOpaque()
    martlet_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    martlet_multi_set_socket(multi, watchSocket)
    martlet_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    martlet_multi_set_timer(multi, setTimer)
  }

  /// Ends every call and closes every connection; the table is of no use afterwards.
  func shutDown() {
    for id in Array(running.keys) { cancel(id) }
    idle.removeAll()
    curl_multi_cleanup(multi)
    if let armed = timer.armed { loop.cancel(armed.timer) }
  }

  // MARK: Calls

  func start(
    _ id: UInt64, _ request: HTTPClientRequest, _ continuation: CheckedContinuation<Transfer.Outcome, Never>
  ) {
    let transfer = Transfer(
      id: id, easy: idle.popLast() ?? EasyHandle(), request: request, continuation: continuation)
    guard request.hasCleanHeaders else { return transfer.fail(.invalidRequest, "line break in a header or the URL") }
    let prepared = transfer.prepare(trusting: authorities)
    guard prepared == CURLE_OK else { return transfer.finish(prepared) }
    running[id] = transfer
    guard curl_multi_add_handle(multi, transfer.easy.pointer) == CURLM_OK else {
      running[id] = nil
      return transfer.fail(.invalidRequest, "refused by libcurl")
    }
    settle()
    guard running[id] != nil, !transfer.wasSent else { return }
    transfer.queueTimer = loop.schedule(after: request.timeout) { [unowned self] in
      transfer.queueTimer = nil
      if !transfer.wasSent { abort(id, .timeout, "no free connection in time") }
    }
  }

  func cancel(_ id: UInt64) { abort(id, .cancelled, "the caller gave up") }

  private func abort(_ id: UInt64, _ code: HTTPClientError.Code, _ cause: String) {
    guard let transfer = running[id] else { return }
    remove(transfer)
    transfer.fail(code, cause)
    recycle(transfer.easy)
    settle()
  }

  private func remove(_ transfer: Transfer) {
    running[transfer.id] = nil
    if let timer = transfer.queueTimer { loop.cancel(timer) }
    transfer.queueTimer = nil
    curl_multi_remove_handle(multi, transfer.easy.pointer)
  }

  private func recycle(_ easy: EasyHandle) {
    if idle.count < Self.idleHandles { idle.append(easy) }
  }

  // MARK: Events

  private func act(on socket: curl_socket_t, _ events: Int32) {
    var stillRunning: Int32 = 0
    curl_multi_socket_action(multi, socket, events, &stillRunning)
  }

  /// Lets libcurl do what it asked to do at once, hands out what is finished, and arms the timer.
  private func settle() {
    var rounds = 0
    repeat {
      if timer.isDueNow, rounds < 16 {
        timer.taken()
        act(on: CURL_SOCKET_TIMEOUT, 0)
      }
      handOutFinished()
      rounds += 1
    } while timer.isDueNow && rounds < 16
    armTimer()
  }

  private func handOutFinished() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle else { continue }
      let result = message.pointee.data.result
      var context: UnsafeMutableRawPointer?
      martlet_easy_get_pointer(easy, CURLINFO_PRIVATE, &context)
      guard let context else { continue }
      let transfer = Transfer.at(context)
      remove(transfer)
      transfer.finish(result)
      recycle(transfer.easy)
    }
  }

  fileprivate func watch(_ socket: curl_socket_t, _ what: Int32) {
    let interest: Readiness
    switch what {
    case CURL_POLL_IN: interest = .readable
    case CURL_POLL_OUT: interest = .writable
    case CURL_POLL_INOUT: interest = [.readable, .writable]
    default: return loop.unwatch(socket)
    }
    loop.watch(socket, for: interest) { [unowned self] readiness in
      var events: Int32 = 0
      if readiness.contains(.readable) { events |= CURL_CSELECT_IN }
      if readiness.contains(.writable) { events |= CURL_CSELECT_OUT }
      if readiness.contains(.closed) { events |= CURL_CSELECT_ERR }
      act(on: socket, events)
      settle()
    }
  }

  // MARK: Time

  fileprivate func wantTimer(after milliseconds: Int) { timer.want(after: milliseconds) }

  private func armTimer() {
    guard let delay = timer.delayToArm() else { return }
    if let armed = timer.armed { loop.cancel(armed.timer) }
    let handle = loop.schedule(after: delay) { [unowned self] in
      timer.fired()
      settle()
    }
    timer.armed = (handle, timer.now.advanced(by: delay))
  }
}

// MARK: - What libcurl calls from inside its own functions; it must not be called back here

private func watchSocket(
  _ easy: UnsafeMutableRawPointer?, _ socket: curl_socket_t, _ what: Int32, _ context: UnsafeMutableRawPointer?,
  _: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<TransferTable>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
  return 0
}

private func setTimer(
  _ multi: UnsafeMutableRawPointer?, _ milliseconds: Int, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  guard let context else { return 0 }
  Unmanaged<TransferTable>.fromOpaque(context).takeUnretainedValue().wantTimer(after: milliseconds)
  return 0
}
