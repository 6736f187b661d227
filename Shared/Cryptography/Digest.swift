import COpenSSL

package enum SHA256 {
  /// 32 bytes.
  package static func hash(_ bytes: some Collection<UInt8>) -> [UInt8] {
    withContiguous(bytes) { message in
      [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
        let done = EVP_Digest(message.baseAddress, message.count, digest.baseAddress, nil, EVP_sha256(), nil)
        precondition(done == 1, "libcrypto has no SHA-256: check the installed OpenSSL")
        count = 32
      }
    }
  }
}

package enum HMACSHA256 {
  /// 32 bytes (RFC 2104).
  package static func authenticate(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
    hmac(EVP_sha256(), length: 32, key: key, message: message)
  }
}

/// Only for Meta's older header, which it still sends beside the newer one; counts only where an operator says so.
package enum HMACSHA1 {
  /// 20 bytes.
  package static func authenticate(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
    hmac(EVP_sha1(), length: 20, key: key, message: message)
  }
}

/// Only to forge with: the conformance kit shows that a receiver does not let its caller choose the algorithm.
package enum HMACSHA512 {
  /// 64 bytes.
  package static func authenticate(key: some Collection<UInt8>, message: some Collection<UInt8>) -> [UInt8] {
    hmac(EVP_sha512(), length: 64, key: key, message: message)
  }
}

/// Takes as long for a difference in the first byte as for one in the last. The lengths are no secret.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
  withContiguous(left) { left in
    withContiguous(right) { right in
      left.count == right.count && (left.isEmpty || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0)
    }
  }
}

private func hmac(
  _ hash: OpaquePointer?, length: Int, key: some Collection<UInt8>, message: some Collection<UInt8>
) -> [UInt8] {
  // A null key would tell libcrypto to reuse an earlier one, so an empty key points at a byte that is not read.
  let anything: [UInt8] = [0]
  return withContiguous(key) { key in
    withContiguous(message) { message in
      anything.withUnsafeBufferPointer { anything in
        [UInt8](unsafeUninitializedCapacity: length) { code, count in
          let done = HMAC(
            hash, key.baseAddress ?? anything.baseAddress, Int32(key.count),
            message.baseAddress ?? anything.baseAddress,
            message.count, code.baseAddress, nil)
          precondition(done != nil, "libcrypto refused an HMAC: check the installed OpenSSL")
          count = length
        }
      }
    }
  }
}

/// Bytes in one piece are not copied.
func withContiguous<Result>(
  _ bytes: some Collection<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Result
) -> Result {
  bytes.withContiguousStorageIfAvailable(body) ?? Array(bytes).withUnsafeBufferPointer(body)
}
