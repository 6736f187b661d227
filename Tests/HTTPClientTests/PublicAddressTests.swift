import Testing

@testable import HTTPClient

@Suite("Addresses of the public internet")
struct PublicAddressTests {
  @Test(
    "loopback, private, shared, link-local, reserved and many-cast addresses are none",
    arguments: [
      [0, 0, 0, 0], [10, 1, 2, 3], [100, 64, 0, 1], [100, 127, 255, 255], [127, 0, 0, 1], [169, 254, 169, 254],
      [172, 16, 0, 1], [172, 31, 255, 1], [192, 0, 0, 8], [192, 0, 2, 1], [192, 88, 99, 1], [192, 168, 1, 1],
      [198, 18, 0, 1], [198, 51, 100, 1], [203, 0, 113, 1], [224, 0, 0, 1], [240, 0, 0, 1], [255, 255, 255, 255],
    ] as [[UInt8]])
  func notPublic(address: [UInt8]) {
    #expect(!PublicAddress.isPublic(v4: address))
    #expect(!PublicAddress.isPublic(v6: Array(repeating: 0, count: 10) + [0xFF, 0xFF] + address))
    #expect(!PublicAddress.isPublic(v6: [0, 0x64, 0xFF, 0x9B] + Array(repeating: 0, count: 8) + address))
  }

  @Test(
    "their neighbours are",
    arguments: [
      [1, 1, 1, 1], [9, 255, 255, 255], [100, 63, 0, 1], [100, 128, 0, 1], [157, 240, 1, 1], [172, 15, 0, 1],
      [172, 32, 0, 1], [192, 167, 1, 1], [223, 255, 255, 1],
    ] as [[UInt8]])
  func isPublic(address: [UInt8]) {
    #expect(PublicAddress.isPublic(v4: address))
    #expect(PublicAddress.isPublic(v6: Array(repeating: 0, count: 10) + [0xFF, 0xFF] + address))
  }

  @Test(
    "of IPv6 only global unicast without its special parts",
    arguments: [
      ([0x2A, 0x03, 0x28, 0x80], true), ([0x20, 0x01, 0x48, 0x60], true), ([0x20, 0x01, 0x00, 0x00], false),
      ([0x20, 0x01, 0x0D, 0xB8], false), ([0x20, 0x02, 0x7F, 0x00], false), ([0xFC, 0x00, 0, 0], false),
      ([0xFD, 0x12, 0, 0], false), ([0xFE, 0x80, 0, 0], false), ([0xFF, 0x02, 0, 0], false),
      ([0, 0, 0, 0], false), ([0x3F, 0xFF, 0x01, 0], false),
    ] as [([UInt8], Bool)])
  func six(start: [UInt8], isPublic: Bool) {
    #expect(PublicAddress.isPublic(v6: start + Array(repeating: 0, count: 11) + [1]) == isPublic)
  }
}
