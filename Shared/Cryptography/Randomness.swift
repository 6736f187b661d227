import COpenSSL

/// Unpredictable bytes. Without a source of them nothing here may go on, so the process ends.
package func randomBytes(_ count: Int) -> [UInt8] {
  [UInt8](unsafeUninitializedCapacity: count) { bytes, initialized in
    precondition(RAND_bytes(bytes.baseAddress, Int32(count)) == 1, "libcrypto gives no random bytes")
    initialized = count
  }
}

/// A random UUID (version 4, RFC 9562) in lower case.
package func randomID() -> String {
  var bytes = randomBytes(16)
  bytes[6] = bytes[6] & 0x0F | 0x40
  bytes[8] = bytes[8] & 0x3F | 0x80
  let groups = [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
  return groups.map(Hex.encode).joined(separator: "-")
}
