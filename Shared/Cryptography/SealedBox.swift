import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) over libcrypto, with a nonce of 12 bytes and a tag of 16.
enum SealedBox {
  static let nonceLength = 12
  static let tagLength = 16

  static func seal(_ plaintext: [UInt8], key: [UInt8], nonce: [UInt8], authenticating aad: [UInt8]) -> [UInt8] {
    let context = CipherContext()
    var done = EVP_EncryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, nonce)
    var length: Int32 = 0
    done &= EVP_EncryptUpdate(context.pointer, nil, &length, aad, Int32(aad.count))
    var sealed = [UInt8](repeating: 0, count: plaintext.count + tagLength)
    sealed.withUnsafeMutableBufferPointer { sealed in
      // An update of nothing may not be asked with a null pointer: libcrypto would take it for the end.
      if !plaintext.isEmpty {
        done &= EVP_EncryptUpdate(context.pointer, sealed.baseAddress, &length, plaintext, Int32(plaintext.count))
      }
      let tag = sealed.baseAddress! + plaintext.count
      done &= EVP_EncryptFinal_ex(context.pointer, tag, &length)
      done &= EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_GCM_GET_TAG, Int32(tagLength), tag)
    }
    precondition(done == 1, "libcrypto refused AES-256-GCM: check the installed OpenSSL")
    return sealed
  }

  /// nil when the key, the nonce, the authenticated bytes or the box are not the ones it was sealed with.
  static func open(
    _ sealed: ArraySlice<UInt8>, key: [UInt8], nonce: ArraySlice<UInt8>, authenticating aad: [UInt8]
  ) -> [UInt8]? {
    guard sealed.count >= tagLength else { return nil }
    let ciphertext = Array(sealed.dropLast(tagLength))
    var tag = Array(sealed.suffix(tagLength))
    let context = CipherContext()
    var done = EVP_DecryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, Array(nonce))
    var length: Int32 = 0
    done &= EVP_DecryptUpdate(context.pointer, nil, &length, aad, Int32(aad.count))
    var plaintext = [UInt8](repeating: 0, count: ciphertext.count + tagLength)
    if !ciphertext.isEmpty {
      done &= EVP_DecryptUpdate(context.pointer, &plaintext, &length, ciphertext, Int32(ciphertext.count))
    }
    done &= EVP_CIPHER_CTX_ctrl(context.pointer, EVP_CTRL_GCM_SET_TAG, Int32(tagLength), &tag)
    var rest = [UInt8](repeating: 0, count: tagLength)
    guard done == 1, EVP_DecryptFinal_ex(context.pointer, &rest, &length) == 1 else { return nil }
    return Array(plaintext.prefix(ciphertext.count))
  }
}

private struct CipherContext: ~Copyable {
  let pointer: OpaquePointer

  init() {
    guard let pointer = EVP_CIPHER_CTX_new() else { preconditionFailure("libcrypto is out of memory") }
    self.pointer = pointer
  }

  deinit {
    EVP_CIPHER_CTX_free(pointer)
  }
}
