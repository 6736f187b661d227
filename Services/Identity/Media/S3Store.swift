import Cryptography
import HTTPClient

/// A bucket of Amazon's S3 or of a store that speaks like it, one PUT an attachment, addressed by path.
struct S3Store: MediaStore {
  let http: HTTPClient
  /// Endpoint, bucket and prefix, with a slash at its end.
  let root: String
  let signature: HTTPClientRequest.AWSSignature

  func put(_ bytes: [UInt8], at place: String, type: String) async throws {
    var request = HTTPClientRequest(
      method: "PUT", url: root + place,
      headers: [("Content-Type", type), ("x-amz-content-sha256", Hex.encode(SHA256.hash(bytes)))], body: bytes,
      timeout: .seconds(60))
    request.signature = signature
    let response: HTTPClientResponse
    do {
      response = try await http.send(request)
    } catch {
      throw MediaStoreError(code: .call, cause: error.code.description)
    }
    guard (200..<300).contains(response.status) else {
      throw MediaStoreError(code: .status, cause: "\(response.status)")
    }
  }
}
