import Contracts
import Cryptography
import HTTPClient
import JSON
import LocalFleet
import Messenger

/// One outbound bench's size and terms: the same messages for outbound and for bare libcurl.
struct OutboundBenchSetup: Sendable {
  /// Messages of a run.
  var messages: Int
  /// Pages that send them: Meta's limit is 300 a second and page.
  var pages: Int
  /// Who is written to; each belongs to one page.
  var people: Int
  /// Calls under way at once.
  var inFlight: Int
  /// Meta's time for an answer in the second run; zero leaves it out.
  var latency: Duration

  let credentials = FleetCredentials.random()

  func pageID(_ number: Int) -> String { "2000000000\(10_000 + number % pages)" }
  func token(_ number: Int) -> String { credentials.pageToken + "\(number % pages)" }
  func person(_ number: Int) -> String { "7000000\(1_000_000 + number % people)" }

  /// The page of a person, and of the message with that number.
  func page(ofPerson number: Int) -> Int { number % people % pages }

  func message(_ number: Int) throws -> OutgoingMessage {
    try OutgoingMessage(
      to: .person(person(number)), content: .text("Message \(number): your vehicle has left the area \"Home\"."),
      grounds: .reply)
  }

  /// The same calls that outbound makes, with ids as long as its own.
  func requests(_ count: Int, to url: String) throws -> [HTTPClientRequest] {
    let secret = credentials.appSecret
    let proofs = (0..<pages).map { AppSecretProof.make(token: token($0), secret: secret) }
    return try (0..<count).map { number in
      let page = page(ofPerson: number)
      let metadata = SendMetadata(messageID: randomID(), attemptID: randomID()).text
      var body = try message(number).requestBody(metadata: metadata).object ?? [:]
      body["appsecret_proof"] = .string(proofs[page])
      return HTTPClientRequest(
        method: "POST", url: "\(url)/\(pageID(page))/messages",
        headers: [
          ("Authorization", "Bearer \(token(page))"), ("Accept", "application/json"),
          ("Content-Type", "application/json"),
        ],
        body: JSON.object(body).bytes())
    }
  }
}
