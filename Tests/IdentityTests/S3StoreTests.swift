import Cryptography
import HTTPClient
import ServiceKit
import SocketLoop
import TestKit
import Testing

@testable import Identity

@Suite("Keeping media in a bucket")
struct S3StoreTests {
  private static let http = HTTPClient(loop: SocketLoop())

  private func settings(_ store: String) throws -> Settings {
    try Settings(
      service: .identity,
      environment: [
        "MARTLET_MEDIA_STORE": store, "MARTLET_MEDIA_KEY": "AKIDEXAMPLE", "MARTLET_MEDIA_SECRET": "wJalrXUtnFEMI",
      ], arguments: ["identity"])
  }

  @Test("an attachment is one PUT, signed over its body as AWS Signature Version 4 wants it")
  func put() async throws {
    let seen = Watched<[String]>([])
    let server = FaultServer { connection in
      while let request = connection.request() {
        seen.change { $0.append(request) }
        connection.answer("")
      }
    }
    defer { server.stop() }
    let made = try MediaStores.make(
      settings("s3://bucket/a/b/?region=eu-central-1&endpoint=\(server.url)"), http: Self.http)
    let store = try #require(made)
    try await store.put(Array("bytes".utf8), at: "1/abc-0", type: "image/png")
    let request = seen.value[0]
    let lines = request.split(separator: "\r\n", omittingEmptySubsequences: false)
    #expect(lines[0] == "PUT /bucket/a/b/1/abc-0 HTTP/1.1")
    #expect(request.hasSuffix("\r\n\r\nbytes"))
    var fields: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      fields[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
    }
    #expect(fields["content-type"] == "image/png")
    #expect(fields["x-amz-content-sha256"] == Hex.encode(SHA256.hash(Array("bytes".utf8))))
    #expect(fields["authorization"] == signature(fields, path: "/bucket/a/b/1/abc-0"))
    #expect(!request.contains("wJalrXUtnFEMI"))
  }

  /// AWS Signature Version 4, written from its reference: the header that must come for what was sent.
  private func signature(_ fields: [String: String], path: String) -> String? {
    guard let given = fields["authorization"], let date = fields["x-amz-date"],
      let hash = fields["x-amz-content-sha256"],
      let names = given.split(separator: "SignedHeaders=").dropFirst().first?.prefix(while: { $0 != "," })
    else { return nil }
    let headers = names.split(separator: ";").map { "\($0):\(fields[String($0)] ?? "")\n" }.joined()
    let canonical = "PUT\n\(path)\n\n\(headers)\n\(names)\n\(hash)"
    let day = date.prefix(8)
    let scope = "\(day)/eu-central-1/s3/aws4_request"
    let text = "AWS4-HMAC-SHA256\n\(date)\n\(scope)\n\(Hex.encode(SHA256.hash(Array(canonical.utf8))))"
    var key = Array("AWS4wJalrXUtnFEMI".utf8)
    for part in [String(day), "eu-central-1", "s3", "aws4_request"] {
      key = HMACSHA256.authenticate(key: key, message: Array(part.utf8))
    }
    let digest = Hex.encode(HMACSHA256.authenticate(key: key, message: Array(text.utf8)))
    return "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\(scope), SignedHeaders=\(names), Signature=\(digest)"
  }

  @Test("a bucket that says no is a failure without the secret in it")
  func refused() async throws {
    let server = FaultServer { connection in
      while connection.request() != nil { connection.answer("wJalrXUtnFEMI", status: "403 Forbidden") }
    }
    defer { server.stop() }
    let made = try MediaStores.make(settings("s3://bucket?region=r&endpoint=\(server.url)"), http: Self.http)
    let store = try #require(made)
    let error = await #expect(throws: MediaStoreError.self) { try await store.put([1], at: "1/a-0", type: "image/png") }
    #expect(error?.description == "keeping media: status, 403. Check bucket, region, key and secret.")
  }

  @Test(
    "a store that cannot be meant is refused at the start",
    arguments: ["media", "s3://", "s3://bucket", "s3://bucket?region=r&endpoint=ftp://x", "s3:///a?region=r"])
  func malformed(store: String) throws {
    #expect(throws: ConfigurationError.self) { try MediaStores.make(settings(store), http: Self.http) }
  }
}
