import Cryptography

/// Looks for digests in what a service lets out: in hexadecimal digits of either case, and in base64 with either
/// alphabet, wherever they stand in a longer run of such characters.
struct DigestFinder {
  private var hexadecimal: [Int: Set<[UInt8]>] = [:]
  private var base64: [Int: Set<[UInt8]>] = [:]

  mutating func add(_ digest: [UInt8]) {
    hexadecimal[2 * digest.count, default: []].insert(Array(Hex.encode(digest).utf8))
    let text = Self.base64(digest)
    base64[text.count, default: []].insert(text)
  }

  /// How many places of the bytes hold one.
  func count(in bytes: some Sequence<UInt8>) -> Int {
    var count = 0
    var (digits, letters) = ([UInt8](), [UInt8]())
    func end() {
      count += places(of: hexadecimal, in: digits) + places(of: base64, in: letters)
    }
    for byte in bytes {
      if let letter = Self.letter(byte) {
        letters.append(letter)
      } else {
        count += places(of: base64, in: letters)
        letters.removeAll(keepingCapacity: true)
      }
      if let digit = Self.digit(byte) {
        digits.append(digit)
      } else {
        count += places(of: hexadecimal, in: digits)
        digits.removeAll(keepingCapacity: true)
      }
    }
    end()
    return count
  }

  private func places(of known: [Int: Set<[UInt8]>], in run: [UInt8]) -> Int {
    known.reduce(0) { count, entry in
      guard run.count >= entry.key else { return count }
      return count + (0...(run.count - entry.key)).count { entry.value.contains(Array(run[$0..<($0 + entry.key)])) }
    }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): byte
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte + 32
    default: nil
    }
  }

  private static func letter(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "-"): UInt8(ascii: "+")
    case UInt8(ascii: "_"): UInt8(ascii: "/")
    default: alphabet.contains(byte) ? byte : nil
    }
  }

  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Without padding.
  static func base64(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var (bits, width) = (UInt32(0), 0)
    for byte in bytes {
      (bits, width) = (bits << 8 | UInt32(byte), width + 8)
      while width >= 6 {
        text.append(alphabet[Int(bits >> (UInt32(width) - 6) & 63)])
        width -= 6
      }
    }
    if width > 0 { text.append(alphabet[Int(bits << (6 - UInt32(width)) & 63)]) }
    return text
  }
}
