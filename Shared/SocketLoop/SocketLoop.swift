internal import CEpoll
internal import Glibc
internal import Synchronization

/// One thread that runs actors and watches their descriptors, so that C libraries which do their own socket I/O
/// (libpq, libcurl) never block Swift's cooperative pool.
///
/// An actor lives on the loop by naming it as its executor. `watch`, `unwatch`, `schedule` and `cancel` belong to the
/// loop's thread, which is where such an actor's methods run; handlers and timers run there too, so they may call the
/// actor's methods directly. Unwatching is synchronous: after it returns, the handler is never called again.
///
/// A process needs one loop. It runs until ``stop()``; a loop that was stopped takes no more work.
package final class SocketLoop: SerialExecutor, @unchecked Sendable {
  private struct Inbox {
    var jobs: [UnownedJob] = []
    var isWoken = false
    var isStopping = false
    var isStopped = false
  }

  private struct Watch {
    let generation: UInt32
    var interest: Readiness
    let handler: (Readiness) -> Void
  }

  private let epoll: Int32
  private let wakeDescriptor: Int32
  private let inbox = Mutex(Inbox())
  private let thread = Atomic<UInt>(0)

  // What follows is touched by the loop's thread alone.
  private var watches: [Int32: Watch] = [:]
  private var timers = TimerQueue()
  private var generation: UInt32 = 0

  package init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    precondition(epoll >= 0 && wakeDescriptor >= 0, "cannot create an epoll descriptor: errno \(errno)")
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: UInt64(UInt32.max)))
    precondition(epoll_ctl(epoll, EPOLL_CTL_ADD, wakeDescriptor, &event) == 0)

    var handle = pthread_t()
    let result = pthread_create(
      &handle, nil,
      { context in
        Unmanaged<SocketLoop>.fromOpaque(context!).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    precondition(result == 0, "cannot start the loop's thread: error \(result)")
    pthread_detach(handle)
  }

  /// Ends the thread after the work already enqueued; descriptors still watched are dropped, not closed.
  package func stop() {
    inbox.withLock { $0.isStopping = true }
    wake()
  }

  // MARK: The executor

  package func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mustWake = inbox.withLock { inbox in
      precondition(!inbox.isStopped, "work was given to a SocketLoop that was stopped")
      inbox.jobs.append(job)
      defer { inbox.isWoken = true }
      return !inbox.isWoken
    }
    if mustWake && !isOnLoop { wake() }
  }

  package func checkIsolated() {
    precondition(isOnLoop, "this code belongs on the thread of its SocketLoop")
  }

  package func isIsolatingCurrentContext() -> Bool? {
    isOnLoop
  }

  private var isOnLoop: Bool {
    thread.load(ordering: .relaxed) == UInt(pthread_self())
  }

  // MARK: Descriptors and timers, on the loop's thread

  /// Calls `handler` whenever `descriptor` is ready for `interest`; replaces an earlier watch of the same descriptor.
  package func watch(_ descriptor: Int32, for interest: Readiness, _ handler: @escaping (Readiness) -> Void) {
    checkIsolated()
    generation &+= 1
    let isNew = watches[descriptor] == nil
    watches[descriptor] = Watch(generation: generation, interest: interest, handler: handler)
    control(descriptor, isNew ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, interest)
  }

  /// Changes what a watched descriptor is watched for and keeps its handler.
  package func rewatch(_ descriptor: Int32, for interest: Readiness) {
    checkIsolated()
    guard let watch = watches[descriptor], watch.interest != interest else { return }
    watches[descriptor]?.interest = interest
    control(descriptor, EPOLL_CTL_MOD, interest)
  }

  /// Forgets a descriptor. Call it before the descriptor is closed.
  package func unwatch(_ descriptor: Int32) {
    checkIsolated()
    guard watches.removeValue(forKey: descriptor) != nil else { return }
    var event = epoll_event()
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
  }

  /// Calls `action` once, `delay` from now.
  @discardableResult
  package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> LoopTimer {
    checkIsolated()
    return timers.add(at: .now + delay, action)
  }

  package func cancel(_ timer: LoopTimer) {
    checkIsolated()
    timers.cancel(timer)
  }

  private func control(_ descriptor: Int32, _ operation: Int32, _ interest: Readiness) {
    let generation = watches[descriptor]?.generation ?? 0
    let tag = UInt64(generation) << 32 | UInt64(UInt32(bitPattern: descriptor))
    var event = epoll_event(events: interest.epollEvents, data: epoll_data_t(u64: tag))
    if epoll_ctl(epoll, operation, descriptor, &event) == 0 { return }
    // A library closed the descriptor and got the same number again: the kernel forgot the old registration.
    if errno == ENOENT, operation == EPOLL_CTL_MOD { _ = epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
    if errno == EEXIST, operation == EPOLL_CTL_ADD { _ = epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event) }
  }

  // MARK: The thread

  private func wake() {
    var one: UInt64 = 1
    _ = write(wakeDescriptor, &one, MemoryLayout<UInt64>.size)
  }

  private func run() {
    thread.store(UInt(pthread_self()), ordering: .relaxed)
    let executor = asUnownedSerialExecutor()
    var events = [epoll_event](repeating: epoll_event(), count: 128)
    while true {
      while let action = timers.popDue(at: .now) { action() }
      let (jobs, isStopping) = inbox.withLock { inbox in
        let jobs = inbox.jobs
        inbox.jobs.removeAll(keepingCapacity: true)
        inbox.isWoken = !jobs.isEmpty
        if inbox.isStopping && jobs.isEmpty { inbox.isStopped = true }
        return (jobs, inbox.isStopped)
      }
      if isStopping { break }
      for job in jobs { job.runSynchronously(on: executor) }
      let count = epoll_wait(epoll, &events, Int32(events.count), jobs.isEmpty ? timeout() : 0)
      for index in 0..<max(0, Int(count)) { dispatch(events[index]) }
    }
    watches.removeAll()
    close(epoll)
    close(wakeDescriptor)
  }

  private func dispatch(_ event: epoll_event) {
    let tag = event.data.u64
    guard tag != UInt64(UInt32.max) else {
      var count: UInt64 = 0
      _ = read(wakeDescriptor, &count, MemoryLayout<UInt64>.size)
      return
    }
    let descriptor = Int32(bitPattern: UInt32(truncatingIfNeeded: tag))
    guard let watch = watches[descriptor], watch.generation == UInt32(tag >> 32) else { return }
    watch.handler(Readiness(epollEvents: event.events))
  }

  /// Milliseconds until the next timer, rounded up; −1 without one.
  private func timeout() -> Int32 {
    guard let deadline = timers.earliest() else { return -1 }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    return Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
  }
}
