import HTTPClient
import JSON

/// The bare Graph API as the bench talks to it beside the calls that are measured.
struct GraphServer: Sendable {
  struct Tally: Sendable {
    var messages: Int
    /// Connections that did not want HTTP/2, and were ended.
    var older: Int
  }

  let server: BareServer
  let http: HTTPClient
  private var root: String { "https://127.0.0.1:\(server.port)" }
  /// MARTLET_GRAPH_URL.
  var url: String { root + "/v26.0" }

  func tally() async throws -> Tally {
    let json = try JSON(parsing: try await http.send(HTTPClientRequest(url: root + "/tally")).body)
    return Tally(messages: json["messages"]?.int ?? 0, older: json["http_1"]?.int ?? 0)
  }

  /// From now on answers take this long.
  func setLatency(_ latency: Duration) async throws {
    let path = "/latency/\(Int(latency / .milliseconds(1)))"
    _ = try await http.send(HTTPClientRequest(method: "PUT", url: root + path))
  }
}
