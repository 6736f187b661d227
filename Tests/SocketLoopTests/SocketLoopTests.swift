import Glibc
import SocketLoop
import Testing

/// Reads one byte at a time from a pipe, on the loop.
private actor PipeReader {
  nonisolated let loop: SocketLoop
  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(loop: SocketLoop) { self.loop = loop }

  func nextByte(of descriptor: Int32) async -> UInt8 {
    await withCheckedContinuation { continuation in
      loop.watch(descriptor, for: .readable) { _ in
        var byte: UInt8 = 0
        _ = read(descriptor, &byte, 1)
        self.loop.unwatch(descriptor)
        continuation.resume(returning: byte)
      }
    }
  }

  func order(of delays: [Int]) async -> [Int] {
    await withCheckedContinuation { continuation in
      var fired: [Int] = []
      for delay in delays {
        loop.schedule(after: .milliseconds(delay)) {
          fired.append(delay)
          if fired.count == delays.count { continuation.resume(returning: fired) }
        }
      }
    }
  }

  func cancelledTimerFires() async -> Bool {
    await withCheckedContinuation { continuation in
      var fired = false
      let timer = loop.schedule(after: .milliseconds(1)) { fired = true }
      loop.cancel(timer)
      loop.schedule(after: .milliseconds(5)) { continuation.resume(returning: fired) }
    }
  }

  func isOnItsLoop() -> Bool { loop.isIsolatingCurrentContext() == true }
}

@Suite("The socket loop")
struct SocketLoopTests {
  @Test("runs an actor on its own thread")
  func isolation() async {
    let loop = SocketLoop()
    #expect(await PipeReader(loop: loop).isOnItsLoop())
    #expect(loop.isIsolatingCurrentContext() == false)
    loop.stop()
  }

  @Test("wakes an actor when its descriptor becomes readable, also when the number is used again")
  func descriptors() async {
    let loop = SocketLoop()
    let reader = PipeReader(loop: loop)
    for value in UInt8(1)...20 {
      var ends: [Int32] = [0, 0]
      #expect(pipe(&ends) == 0)
      let readEnd = ends[0]
      async let byte = reader.nextByte(of: readEnd)
      var sent = value
      _ = write(ends[1], &sent, 1)
      #expect(await byte == value)
      close(ends[0])
      close(ends[1])
    }
    loop.stop()
  }

  @Test("fires timers in the order of their deadlines, and a cancelled one never")
  func timers() async {
    let loop = SocketLoop()
    let reader = PipeReader(loop: loop)
    #expect(await reader.order(of: [9, 3, 6, 1, 12]) == [1, 3, 6, 9, 12])
    #expect(await reader.cancelledTimerFires() == false)
    loop.stop()
  }
}
