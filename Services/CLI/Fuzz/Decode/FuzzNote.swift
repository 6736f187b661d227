import Glibc

/// A page of memory that a worker shares with its parent through a file: which case it is at and with which input, so
/// that both are known after a crash. Written with every case, without a system call.
///
/// One worker writes, and its parent reads only what a worker that has ended left there; so it may cross threads.
final class FuzzNote: @unchecked Sendable {
  private static let inputLimit = 8 << 20
  private static let head = 16
  private let memory: UnsafeMutableRawPointer

  /// - Throws: `ToolError` when the file cannot be mapped.
  init(path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    defer { close(descriptor) }
    let size = Self.head + Self.inputLimit
    guard descriptor >= 0, ftruncate(descriptor, size) == 0,
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else {
      throw ToolError(code: .files, doing: "share memory with a worker", cause: "\(path): errno \(errno)")
    }
    self.memory = memory
  }

  deinit { munmap(memory, Self.head + Self.inputLimit) }

  /// Before a case begins.
  func write(number: Int, input: [UInt8]) {
    let count = min(input.count, Self.inputLimit)
    memory.storeBytes(of: number, as: Int.self)
    memory.storeBytes(of: count, toByteOffset: 8, as: Int.self)
    input.withUnsafeBytes { bytes in
      if let source = bytes.baseAddress { (memory + Self.head).copyMemory(from: source, byteCount: count) }
    }
  }

  var number: Int { memory.load(as: Int.self) }

  var input: [UInt8] {
    let count = min(memory.load(fromByteOffset: 8, as: Int.self), Self.inputLimit)
    return Array(UnsafeRawBufferPointer(start: memory + Self.head, count: count))
  }
}
