import HTTPClient
package import JSON

/// Whose settings are read or written, and by what right.
package struct PageAccess: Sendable {
  package let page: String
  package let token: String
  package let appSecretProof: String?

  package init(page: String, token: String, appSecretProof: String?) {
    self.page = page
    self.token = token
    self.appSecretProof = appSecretProof
  }
}

extension PageAccess: CustomStringConvertible, CustomReflectable {
  package var description: String { "PageAccess(\(page))" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What a page shows before anybody writes (Meta, Messenger Profile API): 10 calls in 10 minutes and page. Safe to
/// repeat: each call says what shall be, not what shall change.
extension GraphClient {
  /// The properties that are set, by their names.
  package func messengerProfile(_ access: PageAccess, fields: [String]) async throws(GraphError) -> JSON {
    let answer = try await ask(
      .readMessengerProfile, "GET", "/\(access.page)/messenger_profile?fields=\(fields.joined(separator: ","))", access)
    guard let data = answer["data"]?.array else { return [:] }
    // One object of all properties, or one a property.
    var found = JSONObject()
    for case .object(let members) in data {
      for (name, value) in members { found[name] = value }
    }
    return .object(found)
  }

  /// Sets what is in `properties`, and nothing else.
  package func setMessengerProfile(_ access: PageAccess, properties: JSON) async throws(GraphError) {
    try await ask(.changeMessengerProfile, "POST", "/\(access.page)/messenger_profile", access, properties)
  }

  package func removeMessengerProfile(_ access: PageAccess, fields: [String]) async throws(GraphError) {
    try await ask(
      .changeMessengerProfile, "DELETE", "/\(access.page)/messenger_profile", access,
      ["fields": .array(fields.map { .string($0) })])
  }
}

/// The page's utility templates (Meta, utility messages). Needs the permission `page_utility_messaging`.
extension GraphClient {
  /// All of them, with their status.
  package func messageTemplates(_ access: PageAccess) async throws(GraphError) -> [JSON] {
    var found: [JSON] = []
    var after = ""
    // As many as Meta lets one page have, and no endless circle.
    for _ in 0..<100 {
      let answer = try await ask(
        .readTemplates, "GET", "/\(access.page)/message_templates?limit=100\(after)", access)
      found += answer["data"]?.array ?? []
      guard answer["paging"]?["next"]?.string != nil,
        let cursor = answer["paging"]?["cursors"]?["after"]?.text?.percentEncoded
      else { break }
      after = "&after=\(cursor)"
    }
    return found
  }

  /// Hands a template to Meta's review. Not safe to repeat blindly: the second call is refused, because the name is
  /// taken.
  ///
  /// - Returns: Its id, and the status that it begins with.
  package func makeMessageTemplate(
    _ access: PageAccess, body: JSON
  ) async throws(GraphError) -> (id: String?, status: String) {
    let answer = try await ask(.makeTemplate, "POST", "/\(access.page)/message_templates", access, body)
    return (answer["id"]?.text, answer["status"]?.string?.uppercased() ?? "PENDING")
  }

  /// In all its languages.
  package func removeMessageTemplate(_ access: PageAccess, name: String) async throws(GraphError) {
    try await ask(
      .removeTemplate, "DELETE", "/\(access.page)/message_templates?name=\(name.percentEncoded)", access)
  }
}

extension GraphClient {
  @discardableResult
  private func ask(
    _ operation: GraphError.Operation, _ method: String, _ path: String, _ access: PageAccess, _ body: JSON? = nil
  ) async throws(GraphError) -> JSON {
    guard let request = requests.settings(method, path, access, body) else {
      throw GraphError(operation, notAnID: "page")
    }
    let response: HTTPClientResponse
    do throws(HTTPClientError) {
      response = try await http.send(request)
    } catch {
      throw GraphError(operation, disposition: .retry, unanswered: error)
    }
    let answer = try? JSON(parsing: response.body)
    guard let answer, answer.object != nil, answer["error"] == nil, (200..<300).contains(response.status) else {
      throw GraphError(operation, response, body: answer)
    }
    return answer
  }
}

extension GraphRequests {
  func settings(_ method: String, _ path: String, _ access: PageAccess, _ body: JSON?) -> HTTPClientRequest? {
    guard canStandInPath(access.page), canStandInPath(access.appSecretProof ?? "-") else { return nil }
    guard case .object(var members)? = body else {
      let mark = path.contains("?") ? "&" : "?"
      let proof = access.appSecretProof.map { "\(mark)appsecret_proof=\($0)" } ?? ""
      return request(method, path + proof, token: access.token)
    }
    if let proof = access.appSecretProof { members["appsecret_proof"] = .string(proof) }
    var request = request(method, path, token: access.token)
    request.headers.append(("Content-Type", "application/json"))
    request.body = JSON.object(members).bytes()
    return request
  }
}

extension String {
  /// For a value in a query.
  fileprivate var percentEncoded: String {
    utf8.reduce(into: "") { text, byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: text.unicodeScalars.append(.init(byte))
      default: text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }
    }
  }
}
