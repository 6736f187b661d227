import ChildProcesses
import FoundationEssentials
import LocalFleet

/// One of the bench's own servers as a child process: it says where it listens, and does the least that it can.
struct BareServer: Sendable {
  /// What the line begins with that tells the port.
  static let announcement = "listening on "

  let port: Int
  private let child: ChildProcess

  /// - Parameter arguments: Of `martlet bench`, such as `bare-post`.
  static func start(_ arguments: [String]) async throws -> BareServer {
    let (lines, line) = AsyncStream.makeStream(of: String.self)
    let command = ChildCommand(
      Surroundings.executable, ["bench"] + arguments, environment: ProcessInfo.processInfo.environment)
    let child = try await ChildProcess.start(command, output: .lines { line.yield($0) })
    // Ends the stream when the child ends before it has said anything; there is nobody else to wait for it.
    Task {
      _ = await child.exit
      line.finish()
    }
    for await text in lines where text.hasPrefix(announcement) {
      guard let port = Int(text.dropFirst(announcement.count)) else { break }
      return BareServer(port: port, child: child)
    }
    child.signal(.kill)
    throw ToolError(code: .bench, doing: "start the bare server", cause: "it did not say where it listens")
  }

  var processorTime: Duration { ProcessorTime.of(child.processID) }

  func stop() async {
    child.signal(.kill)
    _ = await child.exit
  }
}
