import Glibc
import Synchronization

/// Where finished log lines go: one write a line, so that lines of several processes on one pipe stay whole (as long
/// as they are shorter than PIPE_BUF, 4,096 bytes).
package final class LogOutput: Sendable {
  package static let standardError = LogOutput { bytes in writeAll(bytes, to: STDERR_FILENO) }

  private let write: @Sendable ([UInt8]) -> Void
  private let turn = Mutex(())

  package init(write: @escaping @Sendable ([UInt8]) -> Void) {
    self.write = write
  }

  /// - Parameter line: with its newline.
  func emit(_ line: [UInt8]) {
    turn.withLock { _ in write(line) }
  }

  /// A line that cannot be written is dropped: a service does not stop for its log.
  private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if count > 0 {
          rest = rest.dropFirst(count)
        } else if errno == EAGAIN {
          var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          _ = poll(&wait, 1, 1000)
        } else if errno != EINTR {
          return
        }
      }
    }
  }
}

extension Slice<UnsafeRawBufferPointer> {
  fileprivate var baseAddress: UnsafeRawPointer? { base.baseAddress.map { $0 + startIndex } }
}
