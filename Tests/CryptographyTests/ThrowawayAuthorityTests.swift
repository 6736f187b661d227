import Testing

@testable import Cryptography

@Suite("The throwaway authority")
struct ThrowawayAuthorityTests {
  @Test("it gives PEM, new every time, and shows nothing of its key when printed")
  func made() throws {
    let (one, other) = (try ThrowawayAuthority(), try ThrowawayAuthority())
    #expect(one.authority.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    #expect(one.certificate.hasSuffix("-----END CERTIFICATE-----\n"))
    #expect(one.key.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
    #expect(one.key != other.key && one.authority != other.authority)
    #expect("\(one)" == "ThrowawayAuthority")
  }

  @Test("a name that is none is an error, not a certificate")
  func badName() {
    #expect(throws: CryptographyError(.certificate)) { try ThrowawayAuthority(names: ["IP:nowhere"]) }
  }
}
