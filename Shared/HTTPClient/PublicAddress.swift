internal import Glibc

/// Whether an address belongs to the public internet: what a stranger's link may make us connect to, and what not
/// (IANA, special-purpose address registries for IPv4 and IPv6).
enum PublicAddress {
  /// - Parameter bytes: A `sockaddr_in` or `sockaddr_in6`; any other family is not public.
  static func isPublic(socketAddress bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count >= 8 else { return false }
    switch Int32(bytes.loadUnaligned(as: sa_family_t.self)) {
    case AF_INET: return isPublic(v4: Array(bytes[4..<8]))
    case AF_INET6 where bytes.count >= 24: return isPublic(v6: Array(bytes[8..<24]))
    default: return false
    }
  }

  static func isPublic(v4 address: [UInt8]) -> Bool {
    guard address.count == 4 else { return false }
    switch (address[0], address[1], address[2]) {
    case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): return false
    case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _): return false
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): return false
    default: return true
    }
  }

  static func isPublic(v6 address: [UInt8]) -> Bool {
    guard address.count == 16 else { return false }
    // IPv4 in IPv6 clothes: mapped, and translated (64:ff9b::/96).
    if address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
      return isPublic(v4: Array(address[12...]))
    }
    if address[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
      return isPublic(v4: Array(address[12...]))
    }
    // Global unicast is 2000::/3; of that, not 2001::/23 (protocols, Teredo), 2001:db8::/32, 2002::/16 (6to4), 3fff::/20.
    guard address[0] & 0xE0 == 0x20 else { return false }
    if address[0] == 0x20, address[1] == 0x01, address[2] < 2 { return false }
    if address[..<4].elementsEqual([0x20, 0x01, 0x0D, 0xB8]) { return false }
    if address[0] == 0x20, address[1] == 0x02 { return false }
    return !(address[0] == 0x3F && address[1] == 0xFF && address[2] < 0x10)
  }
}
