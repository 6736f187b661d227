package import HTTPClient
package import JSON

/// Calls to the Graph API. The token goes in a header, never in a URL, an error or a log; nothing is tried twice here:
/// the Graph API has no idempotency key, so trying again is a decision of the caller.
package struct GraphClient: Sendable {
  let http: HTTPClient
  let requests: GraphRequests
  private let rates: PageRates?

  /// - Parameters:
  ///   - baseURL: With the version, such as `https://graph.facebook.com/v26.0`.
  ///   - timeout: For one whole call.
  ///   - rates: Learns what Meta's answers say about its limits.
  package init(http: HTTPClient, baseURL: String, timeout: Duration = .seconds(10), rates: PageRates? = nil) {
    self.http = http
    self.rates = rates
    requests = GraphRequests(baseURL: baseURL, timeout: timeout)
  }

  /// `POST /{page}/messages` (Meta, Send API reference). `body` holds recipient and message or sender action.
  package func sendMessage(page: String, token: String, appSecretProof: String?, body: JSON) async -> SendOutcome {
    guard let request = requests.message(page: page, token: token, appSecretProof: appSecretProof, body: body) else {
      return .refused(GraphError(.sendMessage, notAnID: "page"))
    }
    let calledAt = ContinuousClock.now
    do throws(HTTPClientError) {
      let response = try await http.send(request)
      let outcome = SendOutcome(response)
      rates?.learned(
        page: page, usage: UsageHeaders(response, page: page), refusal: outcome.error, calledAt: calledAt)
      return outcome
    } catch {
      return SendOutcome(error)
    }
  }

  /// `GET /{PSID}` (Meta, User Profile API): only for a person who wrote to the page. Safe to repeat.
  package func profile(
    person: String, token: String, appSecretProof: String? = nil
  ) async throws(GraphError) -> Profile {
    guard let request = requests.profile(person: person, token: token, appSecretProof: appSecretProof) else {
      throw GraphError(.readProfile, notAnID: "person")
    }
    let response: HTTPClientResponse
    do throws(HTTPClientError) {
      response = try await http.send(request)
    } catch {
      throw GraphError(.readProfile, disposition: .retry, unanswered: error)
    }
    return try Profile(response)
  }
}
