import ArgumentParser
import HTTPClient
import SocketLoop

/// The probe of a container: no shell, no curl in the image.
struct HealthCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "health", abstract: "Ask a service whether it is ready. Ends 0 when it is, 1 when not.")

  @Argument(help: "The address to ask.")
  var url: String?

  @Option(help: "Ask the admin server on this port of 127.0.0.1 for /health/ready.")
  var port: Int?

  @Option(help: "Seconds to wait for an answer.")
  var timeout = 3

  func validate() throws {
    guard (url == nil) != (port == nil) else { throw ValidationError("Give an address or --port, one of them.") }
  }

  func run() async throws {
    let address = url ?? "http://127.0.0.1:\(port ?? 0)/health/ready"
    do {
      let response = try await HTTPClient(loop: SocketLoop()).send(
        HTTPClientRequest(url: address, timeout: .seconds(timeout)))
      guard response.status != 200 else { return print("ready") }
      let line = response.text.split(separator: "\n").joined(separator: " ").prefix(500)
      print("not ready: \(address) answered \(response.status) \(line)")
      throw ExitCode(1)
    } catch let error as HTTPClientError {
      print("not ready: \(error)")
      throw ExitCode(1)
    }
  }
}
