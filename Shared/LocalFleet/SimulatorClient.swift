package import HTTPClient
package import JSON

/// The simulator's control side: play a person, ask for faults, read the ledger, drive a load.
package struct SimulatorClient: Sendable {
  /// A bot's answer as the person saw it.
  package struct Reply: Sendable {
    package var text: String
    package var mid: String
    /// From the webhook's POST to the call of the Send API.
    package var latency: Duration
  }

  /// Without a slash at the end.
  package let url: String
  private let client: HTTPClient

  package init(url: String, client: HTTPClient) {
    self.url = url
    self.client = client
  }

  /// Writes as a person and waits for the first reply; nil when none came in time.
  package func say(
    _ text: String, psid: String, waiting limit: Duration = .seconds(10)
  ) async throws(LocalFleetError) -> Reply? {
    let milliseconds = Int64(limit / .milliseconds(1))
    let body: JSON = ["psid": .string(psid), "text": .string(text), "wait_ms": .number("\(milliseconds)")]
    let answer = try await call("POST", "/control/say", body, limit: limit + .seconds(10))
    guard let reply = answer["reply"], let text = reply["text"]?.string, let mid = reply["mid"]?.string else {
      return nil
    }
    return Reply(text: text, mid: mid, latency: .milliseconds(1) * (answer["latency_ms"]?.double ?? 0))
  }

  /// Names a person before they write.
  package func introduce(psid: String, firstName: String, lastName: String) async throws(LocalFleetError) {
    try await call(
      "POST", "/control/people",
      ["psid": .string(psid), "first_name": .string(firstName), "last_name": .string(lastName)])
  }

  package func setWebhook(_ address: String) async throws(LocalFleetError) {
    try await call("PUT", "/control/webhook", ["url": .string(address)])
  }

  /// Any call of the control side.
  ///
  /// - Returns: The answer's JSON; null when it has none.
  @discardableResult
  package func call(
    _ method: String, _ path: String, _ body: JSON? = nil, limit: Duration = .seconds(10)
  ) async throws(LocalFleetError) -> JSON {
    let doing = "\(method) \(path) at the simulator"
    let request = HTTPClientRequest(
      method: method, url: url + path, headers: [("Content-Type", "application/json")],
      body: body.map { Array($0.serialized().utf8) }, timeout: limit, maximumResponseBytes: 64 << 20)
    let response: HTTPClientResponse
    do {
      response = try await client.send(request)
    } catch {
      throw LocalFleetError(code: .call, doing: doing, cause: "\(error)")
    }
    guard (200..<300).contains(response.status) else {
      throw LocalFleetError(code: .call, doing: doing, cause: "status \(response.status): \(response.text.prefix(300))")
    }
    return (try? JSON(parsing: response.body)) ?? .null
  }
}
