import Cryptography
import FoundationEssentials
import Glibc
import JSON
import Messenger
import Synchronization

/// A receiver of webhooks that does everything right, but for one flaw.
final class Receiver: Sendable {
  static let secret = "5ec4e7-of-the-app"
  static let verifyToken = "verify me & my=token"

  private struct Store {
    var keys: Set<String> = []
    /// By page, one for each event kept.
    var pages: [String] = []
    var unreadable: [[UInt8]] = []
    /// Acknowledged, and not kept yet.
    var later: [[UInt8]] = []
  }

  private let flaw: Flaw?
  private let store = Mutex(Store())

  init(_ flaw: Flaw?) { self.flaw = flaw }

  /// Nil hangs up.
  func answer(_ request: ReceivedRequest) -> ReceiverAnswer? {
    switch (request.method, request.path) {
    case ("GET", "/witness"): witness(request)
    case ("GET", "/webhook"): handshake(request)
    case ("POST", "/webhook"): deliver(request)
    case (_, "/webhook") where flaw == .anyMethod: deliver(request)
    default: ReceiverAnswer(status: 405)
    }
  }

  private func witness(_ request: ReceivedRequest) -> ReceiverAnswer {
    let prefix = String(request.query.dropFirst("prefix=".count))
    let count = store.withLock { store in
      store.pages.count { $0.hasPrefix(prefix) } + store.unreadable.count { $0.firstRange(of: prefix.utf8) != nil }
    }
    for body in store.withLock({ store in
      defer { store.later = [] }
      return store.later
    }) {
      keep(body)
    }
    return ReceiverAnswer(status: 200, body: Array("{\"events\": \(count)}".utf8))
  }

  // MARK: The handshake

  private func handshake(_ request: ReceivedRequest) -> ReceiverAnswer {
    var query: [String: String] = [:]
    for pair in request.query.split(separator: "&") {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2, let value = Self.unescaped(parts[1]) { query[String(parts[0])] = value }
    }
    guard let challenge = query["hub.challenge"], query["hub.mode"] == "subscribe" || flaw == .anyMode else {
      return ReceiverAnswer(status: 403)
    }
    let token = query["hub.verify_token"]
    let isRight =
      switch flaw {
      case .anyVerifyToken: true
      case .prefixOfVerifyToken: token.map { Self.verifyToken.hasPrefix($0) } ?? false
      default: token == Self.verifyToken
      }
    guard isRight else { return ReceiverAnswer(status: 403) }
    switch flaw {
    case .challengeAsJSON:
      return ReceiverAnswer(status: 200, body: JSON.string(challenge).bytes(), type: "application/json")
    case .challengeAsNumber:
      return ReceiverAnswer(status: 200, body: Array((Int(challenge).map { "\($0)" } ?? challenge).utf8))
    case .challengeAsHTML: return ReceiverAnswer(status: 200, body: Array(challenge.utf8), type: "text/html")
    default: return ReceiverAnswer(status: 200, body: Array(challenge.utf8))
    }
  }

  private static func unescaped(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard rest.count >= 2, let decoded = Hex.decode(String(decoding: rest.prefix(2), as: UTF8.self)) else {
        return nil
      }
      bytes += decoded
      rest = rest.dropFirst(2)
    }
    return String(validating: bytes, as: UTF8.self)
  }

  // MARK: Delivery

  private func deliver(_ request: ReceivedRequest) -> ReceiverAnswer? {
    var body = request.body
    if flaw == .smallBodies, body.count > 100_000 { return ReceiverAnswer(status: 413) }
    if flaw == .readsNoChunks, request.header("Transfer-Encoding") != nil { body = [] }
    if flaw == .eatsForms, request.header("Content-Type")?.contains("form") == true { body = [] }
    let check = SignatureCheck(flaw: flaw, secret: Self.secret)
    do {
      guard try check.isRight(request, body) else {
        if flaw == .forgeryUsesUpTheMid { useUp(body) }
        return refusal(body)
      }
    } catch {
      return ReceiverAnswer(status: 500)
    }
    if request.header("Content-Encoding") != nil { return ReceiverAnswer(status: 415) }
    guard let json = try? JSON(parsing: body) else {
      if flaw == .refusesUnreadable { return ReceiverAnswer(status: 400) }
      store.withLock { store in if !store.unreadable.contains(body) { store.unreadable.append(body) } }
      return ok
    }
    guard let events = try? Webhook.events(in: json) else { return ReceiverAnswer(status: 404) }
    let entries = json["entry"]?.array ?? []
    if flaw == .hangsUpOnStandby, entries.contains(where: { $0.object != nil && $0["messaging"] == nil }) { return nil }
    if flaw == .failsOnUnknownKind, events.contains(where: \.kind.isUnknown) { return ReceiverAnswer(status: 500) }
    if flaw == .slow { for _ in events { usleep(6_000) } }
    if flaw == .acknowledgesFirst {
      store.withLock { $0.later.append(body) }
    } else {
      keep(body)
    }
    return ok
  }

  private var ok: ReceiverAnswer {
    flaw == .secretInTheAnswer
      ? ReceiverAnswer(status: 200, body: Array(Self.secret.utf8)) : ReceiverAnswer(status: 200)
  }

  private func refusal(_ body: [UInt8]) -> ReceiverAnswer {
    let digest = HMACSHA256.authenticate(key: Self.secret.utf8, message: body)
    switch flaw {
    case .bodyInTheRefusal: return ReceiverAnswer(status: 403, body: body)
    case .digestInTheRefusal:
      return ReceiverAnswer(status: 403, body: Array("expected \(Hex.encode(digest).uppercased())".utf8))
    case .base64DigestInAHeader:
      return ReceiverAnswer(status: 403, headers: [("X-Expected", Data(digest).base64EncodedString())])
    default: return ReceiverAnswer(status: 403)
    }
  }

  /// The body, or what the flaw leaves of it.
  private func events(_ json: JSON) -> [WebhookEvent] {
    let entries = json["entry"]?.array ?? []
    switch flaw {
    case .onlyFirstEntry:
      return (try? Webhook.events(in: ["object": "page", "entry": .array(Array(entries.prefix(1)))])) ?? []
    case .onlyFirstEvent:
      return entries.flatMap { entry in
        ((try? Webhook.events(in: ["object": "page", "entry": [entry]])) ?? []).prefix(1)
      }
    default: return (try? Webhook.events(in: json)) ?? []
    }
  }

  private func keep(_ body: [UInt8]) {
    guard let json = try? JSON(parsing: body) else { return }
    for event in events(json) {
      if flaw == .dropsUnknownKinds, event.kind.isUnknown { continue }
      let key = key(of: event)
      store.withLock { store in
        if store.keys.insert(key).inserted || flaw == .keepsDuplicates { store.pages.append(event.pageID) }
      }
    }
  }

  private func useUp(_ body: [UInt8]) {
    guard let json = try? JSON(parsing: body) else { return }
    let keys = events(json).map(key)
    store.withLock { $0.keys.formUnion(keys) }
  }

  private func key(of event: WebhookEvent) -> String {
    switch flaw {
    case .timestampInTheKey: "\(event.pageID) \(event.name) \(event.key) \(event.time)"
    case .midAloneIsTheKey where event.key.hasPrefix("m_"): "\(event.pageID) \(event.key.prefix { $0 != ":" })"
    default: "\(event.pageID) \(event.name) \(event.key)"
    }
  }
}

extension WebhookEvent.Kind {
  fileprivate var isUnknown: Bool {
    if case .unknown = self { true } else { false }
  }
}
