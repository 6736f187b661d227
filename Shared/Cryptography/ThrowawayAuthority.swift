internal import COpenSSL

/// A certificate authority that lives as long as its process, and one server certificate of it: for TLS in development
/// and tests. The authority's key is gone once this is made, so nothing else can be signed in its name.
package struct ThrowawayAuthority: Sendable {
  /// PEM, for whoever shall trust the server.
  package let authority: String
  /// PEM, the server's own.
  package let certificate: String
  /// PEM. Secret.
  package let key: String

  private static let lifetime = 30 * 86_400

  /// - Parameter names: what the server is reached by, as OpenSSL writes it: `["DNS:localhost", "IP:127.0.0.1"]`.
  /// - Throws: `CryptographyError` when libcrypto cannot make it.
  package init(names: [String] = ["DNS:localhost", "IP:127.0.0.1", "IP:::1"]) throws(CryptographyError) {
    let root = try SigningKey()
    let server = try SigningKey()
    let authority = try Certificate(subject: "Martlet throwaway authority", key: root)
    try authority.add(NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
    try authority.add(NID_key_usage, "critical,keyCertSign,cRLSign")
    try authority.sign(by: authority, with: root)
    let certificate = try Certificate(subject: "localhost", key: server)
    try certificate.add(NID_basic_constraints, "critical,CA:FALSE")
    try certificate.add(NID_ext_key_usage, "serverAuth")
    try certificate.add(NID_subject_alt_name, names.joined(separator: ","))
    try certificate.sign(by: authority, with: root)
    self.authority = try authority.pem()
    self.certificate = try certificate.pem()
    key = try server.pem()
  }

  /// A key on the curve P-256.
  private struct SigningKey: ~Copyable {
    let pointer: OpaquePointer

    init() throws(CryptographyError) {
      let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil)
      defer { EVP_PKEY_CTX_free(context) }
      var made: OpaquePointer?
      guard EVP_PKEY_keygen_init(context) == 1, EVP_PKEY_CTX_set_group_name(context, "P-256") == 1,
        EVP_PKEY_generate(context, &made) == 1, let made
      else { throw CryptographyError(.certificate) }
      pointer = made
    }

    deinit { EVP_PKEY_free(pointer) }

    func pem() throws(CryptographyError) -> String {
      try ThrowawayAuthority.text { PEM_write_bio_PrivateKey($0, pointer, nil, nil, 0, nil, nil) == 1 }
    }
  }

  private struct Certificate: ~Copyable {
    let pointer: OpaquePointer

    /// Valid from an hour ago, so that a clock that is slow does not matter.
    init(subject: String, key: borrowing SigningKey) throws(CryptographyError) {
      guard let made = X509_new() else { throw CryptographyError(.certificate) }
      let serial = Int64(randomBytes(7).reduce(0) { $0 << 8 | UInt64($1) })
      X509_set_version(made, 2)
      ASN1_INTEGER_set_int64(X509_get_serialNumber(made), serial)
      X509_gmtime_adj(X509_getm_notBefore(made), -3600)
      X509_gmtime_adj(X509_getm_notAfter(made), ThrowawayAuthority.lifetime)
      let isNamed = X509_NAME_add_entry_by_txt(
        X509_get_subject_name(made), "CN", MBSTRING_ASC, Array(subject.utf8), -1, -1, 0)
      guard isNamed == 1, X509_set_pubkey(made, key.pointer) == 1 else {
        X509_free(made)
        throw CryptographyError(.certificate)
      }
      pointer = made
    }

    deinit { X509_free(pointer) }

    func add(_ extensionID: Int32, _ value: String) throws(CryptographyError) {
      let made = X509V3_EXT_conf_nid(nil, nil, extensionID, value)
      defer { X509_EXTENSION_free(made) }
      guard let made, X509_add_ext(pointer, made, -1) == 1 else { throw CryptographyError(.certificate) }
    }

    func sign(by issuer: borrowing Certificate, with key: borrowing SigningKey) throws(CryptographyError) {
      guard X509_set_issuer_name(pointer, X509_get_subject_name(issuer.pointer)) == 1,
        X509_sign(pointer, key.pointer, EVP_sha256()) > 0
      else { throw CryptographyError(.certificate) }
    }

    func pem() throws(CryptographyError) -> String {
      try ThrowawayAuthority.text { PEM_write_bio_X509($0, pointer) == 1 }
    }
  }

  /// What `write` puts into a memory buffer of OpenSSL's.
  private static func text(_ write: (OpaquePointer?) -> Bool) throws(CryptographyError) -> String {
    let buffer = BIO_new(BIO_s_mem())
    defer { BIO_free(buffer) }
    guard write(buffer) else { throw CryptographyError(.certificate) }
    var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(buffer))
    guard BIO_read(buffer, &bytes, Int32(bytes.count)) == Int32(bytes.count) else {
      throw CryptographyError(.certificate)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension ThrowawayAuthority: CustomStringConvertible, CustomReflectable {
  package var description: String { "ThrowawayAuthority" }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
