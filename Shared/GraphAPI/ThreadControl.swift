import HTTPClient
import JSON

/// Who leads a thread, as the app may change it (Meta, Conversation routing): to hand a person over to a colleague or to
/// another app, and to take the conversation up again.
package enum ThreadControl: Sendable, Hashable {
  /// To an app; nil means the page's default app.
  case pass(to: String?)
  /// Only with routing set up, and by an app that may take.
  case take
  /// Only without routing.
  case request
  /// Nobody leads it afterwards.
  case release

  /// The page's inbox, in which people answer.
  package static let inbox = "263902037430900"

  /// Meta's name of the call.
  package var path: String {
    switch self {
    case .pass: "pass_thread_control"
    case .take: "take_thread_control"
    case .request: "request_thread_control"
    case .release: "release_thread_control"
    }
  }

  func body(recipient: String, appSecretProof: String?) -> JSON {
    var members: JSONObject = ["recipient": ["id": .string(recipient)]]
    if case .pass(let app?) = self { members["target_app_id"] = .string(app) }
    if let appSecretProof { members["appsecret_proof"] = .string(appSecretProof) }
    return .object(members)
  }
}

extension GraphClient {
  /// `POST /{page}/…_thread_control`. Not safe to repeat blindly, though the worst that a second call does is an error.
  package func control(
    _ control: ThreadControl, of person: String, page: String, token: String, appSecretProof: String?
  ) async throws(GraphError) {
    guard
      let request = requests.thread(control, of: person, page: page, token: token, appSecretProof: appSecretProof)
    else { throw GraphError(.controlThread, notAnID: "page") }
    let response: HTTPClientResponse
    do throws(HTTPClientError) {
      response = try await http.send(request)
    } catch {
      throw GraphError(.controlThread, disposition: .retry, unanswered: error)
    }
    let body = try? JSON(parsing: response.body)
    // Meta's documents print the word in quotes here and there.
    guard body?["success"]?.bool == true || body?["success"]?.string == "true" else {
      throw GraphError(.controlThread, response, body: body)
    }
  }
}

extension GraphRequests {
  func thread(
    _ control: ThreadControl, of person: String, page: String, token: String, appSecretProof: String?
  ) -> HTTPClientRequest? {
    guard canStandInPath(page) else { return nil }
    var request = request("POST", "/\(page)/\(control.path)", token: token)
    request.headers.append(("Content-Type", "application/json"))
    request.body = control.body(recipient: person, appSecretProof: appSecretProof).bytes()
    return request
  }
}
