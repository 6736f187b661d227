import Cryptography
import JSON
import Testing

@testable import CLI

@Suite("the conformance kit's vectors")
struct VectorTests {
  private let vectors: [ConformanceVector]

  init() throws { vectors = try VectorSet.load() }

  private func body(_ name: String, run: Int = 5) throws -> [UInt8] {
    let number = try #require(vectors.firstIndex { $0.name == name })
    let occasion = VectorOccasion(run: run, vector: number, time: 1_700_000_000_000)
    return try #require(vectors[number].requests[0].body?.bytes(occasion))
  }

  @Test("there are many, each with a name of its own and a reason")
  func names() {
    #expect(vectors.count >= 150)
    #expect(Set(vectors.map(\.fullName)).count == vectors.count)
    #expect(Set(vectors.map(\.name) + VectorSet.files.map(\.group)).count == vectors.count + VectorSet.files.count)
    #expect(vectors.allSatisfy { $0.why.count > 10 })
  }

  @Test("every known answer holds")
  func knownAnswers() {
    let known = vectors.compactMap(\.knownAnswer)
    #expect(known.count == 5)
    for answer in known { #expect(answer.holds) }
  }

  @Test("the escaped body is byte for byte the one that was signed elsewhere")
  func escapedBody() throws {
    let body = try body("escaped-unicode-known")
    let signing = SigningTemplate(secret: "test-app-secret", verifyToken: "")
    #expect(
      try signing.fill("sha256={sha256}", body: body)
        == "sha256=734cb0cc6ac764e0ea35fab8ecfbef68097f54b5d3effc037c425b6355d3020b")
    #expect(try signing.fill("sha1={sha1}", body: body) == "sha1=1cf0277e74340e0f06488a78ec65df5ac3f27b79")
  }

  @Test("Meta's escapes are small, and four characters are escaped beside what is not ASCII")
  func metaEscapes() {
    #expect(MetaEscapes.apply(to: "ä😀/<%@") == #"\u00e4\ud83d\ude00\/\u003C\u0025\u0040"#)
  }

  @Test("placeholders become ids, times, bytes and numbers; other braces stay")
  func placeholders() {
    let occasion = VectorOccasion(run: 5, vector: 7, time: 1000, verifyToken: "a&ä")
    func filled(_ text: String) -> String { String(decoding: occasion.filled(text), as: UTF8.self) }
    #expect(occasion.prefix == "7100000005107")
    #expect(filled("{page} {page.2} {person}") == "71000000051070 71000000051072 81000000051070")
    #expect(filled(#"{"a":"{=time}","b":"{=time+5}","c":"{time}"}"#) == #"{"a":1000,"b":1005,"c":"1000"}"#)
    #expect(filled("{u:d83d}{repeat:3:k#,}") == #"\ud83dk0,k1,k2,"#)
    #expect(filled("{verify_token}") == "a%26%c3%a4")
    #expect(occasion.filled("{hex:ff00}") == [255, 0])
    #expect(filled("{nothing} {} {") == "{nothing} {} {")
    let other = VectorOccasion(run: 6, vector: 7, time: 1000)
    #expect(other.prefix != occasion.prefix)
  }

  @Test("a signature is spoilt as the template says")
  func signing() throws {
    let signing = SigningTemplate(secret: "s", verifyToken: "v")
    let body = Array("{\"a\":\"\\u00e4\"}\n".utf8)
    func made(_ template: String) throws -> String { try signing.fill(template, body: body) }
    let right = Hex.encode(HMACSHA256.authenticate(key: "s".utf8, message: body))
    #expect(try made("x={sha256};") == "x=\(right);")
    #expect(try made("{sha256|upper}") == right.uppercased())
    #expect(try made("{sha256|first 8}") == right.prefix(8))
    #expect(try made("{sha256|flip last}").dropLast() == right.dropLast())
    #expect(try made("{sha256|flip last}") != right)
    for wrong in [
      "key other", "key empty", "key verify", "over nothing", "over trimmed", "over reserialised", "over 3",
    ] {
      #expect(try made("{sha256|\(wrong)}") != right)
    }
    #expect(try made("{sha512}").count == 128)
    #expect(throws: VectorFormError.self) { try made("{sha256|sideways}") }
  }

  @Test("a body is as large, as deep and as broken as its name says")
  func bodies() throws {
    #expect(try body("body-of-300-kB").count > 300_000)
    #expect((3_000_000...4_194_304).contains(try body("body-of-3-MB").count))
    #expect(try JSON(parsing: body("thousand-events"))["entry"]?[0]?["messaging"]?.array?.count == 1000)
    #expect(throws: JSONError.self) { try JSON(parsing: body("deep-json")) }
    #expect(try body("deep-json").count { $0 == UInt8(ascii: "[") } > 10_000)
    #expect(try body("byte-order-mark").starts(with: [0xEF, 0xBB, 0xBF]))
    #expect(try body("trailing-newline").suffix(6).elementsEqual([125, 13, 10, 32, 9, 10]))
    #expect(String(validating: try body("bad-utf-8"), as: UTF8.self) == nil)
    #expect(try JSON(parsing: body("wide-object")).object != nil)
    let page = try JSON(parsing: body("numeric-ids"))["entry"]?[0]?["id"]
    #expect(page?.string == nil && page?.text?.count == 14)
  }

  @Test("bodies of two runs share no id, except the one that is known elsewhere")
  func runs() throws {
    for (number, vector) in vectors.enumerated() where vector.kept != nil && vector.kept != .exactly(0) {
      let occasion = VectorOccasion(run: 5, vector: number, time: 0)
      for request in vector.requests {
        let body = try #require(request.body?.bytes(occasion))
        #expect(body.firstRange(of: occasion.prefix.utf8) != nil, "\(vector.fullName)")
      }
    }
  }
}
