import Glibc

/// A detached thread for work that blocks.
package struct OwnThread {
  private final class Body {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  private let body: Body

  package init(_ run: @escaping @Sendable () -> Void) {
    body = Body(run)
  }

  /// Nil, or the error number of pthread_create(3).
  @discardableResult
  package func start() -> Int32? {
    let passed = Unmanaged.passRetained(body)
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, passed.toOpaque())
    guard status == 0 else {
      passed.release()
      return status
    }
    return nil
  }
}
