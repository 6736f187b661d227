import Foundation

/// Prometheus's own judge of metric names and rules, where it is installed.
enum Promtool {
  static let path = ["/usr/bin/promtool", "/usr/local/bin/promtool"].first(
    where: FileManager.default.isExecutableFile(atPath:))

  /// `promtool check metrics`: its exit status, and everything it said.
  static func check(_ metrics: String) async throws -> (status: Int32, complaint: String) {
    try await run(["check", "metrics"], input: metrics)
  }

  static func run(_ arguments: [String], input text: String = "") async throws -> (status: Int32, complaint: String) {
    let process = Process()
    let (input, output) = (Pipe(), Pipe())
    process.executableURL = URL(filePath: path ?? "promtool")
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    process.standardError = output
    let ended = AsyncStream<Int32>.makeStream()
    process.terminationHandler = { ended.continuation.yield($0.terminationStatus) }
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    try input.fileHandleForWriting.close()
    var iterator = ended.stream.makeAsyncIterator()
    let status = await iterator.next() ?? -1
    let complaint = try output.fileHandleForReading.readToEnd() ?? Data()
    return (status, String(decoding: complaint, as: UTF8.self))
  }
}
