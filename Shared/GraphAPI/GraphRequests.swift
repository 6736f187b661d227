import HTTPClient
import JSON

/// The calls as HTTP requests.
struct GraphRequests: Sendable {
  let baseURL: String
  let timeout: Duration

  init(baseURL: String, timeout: Duration) {
    self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
    self.timeout = timeout
  }

  /// nil when the page's id cannot stand in a path.
  func message(page: String, token: String, appSecretProof: String?, body: JSON) -> HTTPClientRequest? {
    guard canStandInPath(page), case .object(var members) = body else { return nil }
    if let appSecretProof { members["appsecret_proof"] = .string(appSecretProof) }
    var request = request("POST", "/\(page)/messages", token: token)
    request.headers.append(("Content-Type", "application/json"))
    request.body = JSON.object(members).bytes()
    return request
  }

  /// The proof is a digest, no secret, and a GET has no body to put it in. nil when the person's id cannot stand in a
  /// path.
  func profile(person: String, token: String, appSecretProof: String?) -> HTTPClientRequest? {
    guard canStandInPath(person), canStandInPath(appSecretProof ?? "-") else { return nil }
    let proof = appSecretProof.map { "&appsecret_proof=\($0)" } ?? ""
    return request("GET", "/\(person)?fields=first_name,last_name,name,profile_pic\(proof)", token: token)
  }

  func request(_ method: String, _ path: String, token: String) -> HTTPClientRequest {
    HTTPClientRequest(
      method: method, url: baseURL + path,
      headers: [("Authorization", "Bearer \(token)"), ("Accept", "application/json")], timeout: timeout,
      maximumResponseBytes: 1 << 20, allowsPlainHTTP: baseURL.hasPrefix("http://"))
  }

  func canStandInPath(_ id: String) -> Bool {
    (1...128).contains(id.utf8.count)
      && id.utf8.allSatisfy {
        switch $0 {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
          UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }
}
