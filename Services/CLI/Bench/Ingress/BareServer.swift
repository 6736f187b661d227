import ChildProcesses
import FoundationEssentials
import LocalFleet

/// `martlet bench bare-post` as a child process.
struct BareServer: Sendable {
  let port: Int
  private let child: ChildProcess

  static func start() async throws -> BareServer {
    let (lines, line) = AsyncStream.makeStream(of: String.self)
    let command = ChildCommand(
      Surroundings.executable, ["bench", "bare-post"], environment: ProcessInfo.processInfo.environment)
    let child = try await ChildProcess.start(command, output: .lines { line.yield($0) })
    // Ends the stream when the child ends before it has said anything; there is nobody else to wait for it.
    Task {
      _ = await child.exit
      line.finish()
    }
    for await text in lines where text.hasPrefix(BarePost.announcement) {
      guard let port = Int(text.dropFirst(BarePost.announcement.count)) else { break }
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
