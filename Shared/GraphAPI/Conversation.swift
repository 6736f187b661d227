import HTTPClient
import JSON

/// A message as the Conversations API shows it: one of the 20 newest of a thread (Meta, Conversations API).
package struct ConversationMessage: Sendable {
  package let mid: String
  /// Who sent it: a person's id, or the page's.
  package let from: String
  /// "2026-11-21T19:03:11", UTC, to the second: text that sorts by time.
  package let time: String
  package let text: String?

  /// Nil where something is missing, as Meta does for what was deleted.
  init?(_ json: JSON) {
    guard let mid = json["id"]?.text, let from = json["from"]?["id"]?.text,
      let time = json["created_time"]?.string, time.hasSuffix("+0000") || time.hasSuffix("Z"), time.utf8.count >= 20
    else { return nil }
    self.mid = mid
    self.from = from
    self.time = String(time.prefix(19))
    text = json["message"]?.string
  }
}

extension GraphClient {
  /// The newest messages between the page and a person, newest first; at most 2 calls a second and page. Safe to
  /// repeat. Two calls: the thread of the person, then its messages.
  package func conversation(
    with person: String, page: String, token: String, appSecretProof: String?
  ) async throws(GraphError) -> [ConversationMessage] {
    let threads = try await read(
      requests.conversations(with: person, page: page, token: token, appSecretProof: appSecretProof))
    guard let thread = threads["data"]?.array?.first?["id"]?.text else { return [] }
    let messages = try await read(requests.messages(of: thread, token: token, appSecretProof: appSecretProof))
    return messages["messages"]?["data"]?.array?.compactMap(ConversationMessage.init) ?? []
  }

  private func read(_ request: HTTPClientRequest?) async throws(GraphError) -> JSON {
    guard let request else { throw GraphError(.readConversation, notAnID: "page") }
    let response: HTTPClientResponse
    do throws(HTTPClientError) {
      response = try await http.send(request)
    } catch {
      throw GraphError(.readConversation, disposition: .retry, unanswered: error)
    }
    let body = try? JSON(parsing: response.body)
    guard let body, body.object != nil, body["error"] == nil, (200..<300).contains(response.status) else {
      throw GraphError(.readConversation, response, body: body)
    }
    return body
  }
}

extension GraphRequests {
  func conversations(with person: String, page: String, token: String, appSecretProof: String?) -> HTTPClientRequest? {
    guard canStandInPath(page), canStandInPath(person), canStandInPath(appSecretProof ?? "-") else { return nil }
    return request(
      "GET", "/\(page)/conversations?platform=messenger&user_id=\(person)\(proof(appSecretProof))", token: token)
  }

  func messages(of thread: String, token: String, appSecretProof: String?) -> HTTPClientRequest? {
    guard canStandInPath(thread), canStandInPath(appSecretProof ?? "-") else { return nil }
    return request(
      "GET", "/\(thread)?fields=messages%7Bid,created_time,from,message%7D\(proof(appSecretProof))", token: token)
  }

  private func proof(_ proof: String?) -> String { proof.map { "&appsecret_proof=\($0)" } ?? "" }
}
