import Cryptography
import HTTPClient

/// A bucket of Amazon's S3 or of a store that speaks like it, one call an attachment, addressed by path.
struct S3Store: MediaStore {
  let http: HTTPClient
  /// Endpoint, bucket and prefix, with a slash at its end.
  let root: String
  let signature: HTTPClientRequest.AWSSignature

  func put(_ bytes: [UInt8], at place: String, type: String) async throws {
    let status = try await call("PUT", place, headers: [("Content-Type", type)], body: bytes)
    guard (200..<300).contains(status) else { throw MediaStoreError(code: .status, cause: "\(status)") }
  }

  func remove(_ place: String) async throws {
    let status = try await call("DELETE", place)
    guard (200..<300).contains(status) || status == 404 else {
      throw MediaStoreError(code: .status, cause: "\(status)")
    }
  }

  private func call(
    _ method: String, _ place: String, headers: [(String, String)] = [], body: [UInt8]? = nil
  ) async throws -> Int {
    let digest = Hex.encode(SHA256.hash(body ?? []))
    var request = HTTPClientRequest(
      method: method, url: root + place, headers: headers + [("x-amz-content-sha256", digest)], body: body,
      timeout: .seconds(60))
    request.signature = signature
    do {
      return try await http.send(request).status
    } catch {
      throw MediaStoreError(code: .call, cause: error.code.description)
    }
  }
}
