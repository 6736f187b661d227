package import HTTPClient
package import JSON

/// What Meta tells about a person. Everything may be missing: Meta answers `{}` where it must not tell.
package struct Profile: Sendable, Hashable {
  package var firstName: String?
  package var lastName: String?
  package var name: String?
  /// Expires: to be fetched, not kept.
  package var pictureURL: String?
  package var raw: JSON

  package init(raw: JSON) {
    self.raw = raw
    firstName = Profile.said(raw["first_name"])
    lastName = Profile.said(raw["last_name"])
    name = Profile.said(raw["name"])
    pictureURL = Profile.said(raw["profile_pic"])
  }

  package init(_ response: HTTPClientResponse) throws(GraphError) {
    let body = try? JSON(parsing: response.body)
    guard let body, body.object != nil, body["error"] == nil, (200..<300).contains(response.status) else {
      var error = GraphError(.readProfile, response, body: body)
      if error.disposition == .unknown { error.disposition = .retry }
      throw error
    }
    self.init(raw: body)
  }

  private static func said(_ value: JSON?) -> String? {
    value?.string.flatMap { $0.isEmpty ? nil : $0 }
  }
}
