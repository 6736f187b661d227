package import HTTPClient
package import JSON

/// Calls to the Graph API. The token goes in a header, never in a URL, an error or a log; nothing is tried twice here:
/// the Graph API has no idempotency key, so trying again is a decision of the caller.
package struct GraphClient: Sendable {
  private let http: HTTPClient
  private let requests: GraphRequests

  /// `baseURL` with the version, such as `https://graph.facebook.com/v26.0`. `timeout` is for one whole call.
  package init(http: HTTPClient, baseURL: String, timeout: Duration = .seconds(10)) {
    self.http = http
    requests = GraphRequests(baseURL: baseURL, timeout: timeout)
  }

  /// `POST /{page}/messages` (Meta, Send API reference). `body` holds recipient and message or sender action.
  package func sendMessage(page: String, token: String, appSecretProof: String?, body: JSON) async -> SendOutcome {
    guard let request = requests.message(page: page, token: token, appSecretProof: appSecretProof, body: body) else {
      return .refused(GraphError(.sendMessage, notAnID: "page"))
    }
    do throws(HTTPClientError) {
      return SendOutcome(try await http.send(request))
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
