import Cryptography
import JSON

/// A digest that somebody else computed: shows that the kit signs as Meta does.
struct KnownAnswer: Sendable {
  let algorithm: DigestAlgorithm
  let key: String
  let message: String
  /// Small hexadecimal digits.
  let digest: String

  init(_ json: JSON) throws(VectorFormError) {
    guard let algorithm = (json["algorithm"]?.string).flatMap(DigestAlgorithm.init(rawValue:)),
      let key = json["key"]?.string, let message = json["message"]?.string, let digest = json["digest"]?.string
    else { throw VectorFormError("a known answer has algorithm, key, message and digest") }
    (self.algorithm, self.key, self.message, self.digest) = (algorithm, key, message, digest)
  }

  var holds: Bool { Hex.encode(algorithm.digest(key: key, message: Array(message.utf8))) == digest }
}
