import JSON

/// A load to drive: how many people talk at once, how much, and how fast.
struct LoadPlan: Sendable, Hashable {
  enum Mode: Sendable, Hashable {
    /// The next message after the reply to the one before.
    case closed
    /// At a fixed pace over all conversations together, in messages a second.
    case open(rate: Double)
    /// The next message after the webhook's 200 to the one before.
    case afterAck

    var name: String {
      switch self {
      case .closed: "closed"
      case .open: "open"
      case .afterAck: "after_ack"
      }
    }
  }

  var page: String
  var mode: Mode
  var conversations: Int
  /// In all; conversations differ by at most one.
  var messages: Int
  /// Times each event is delivered at once. Default 1.
  var copies = 1
  /// How long an answer may take, and how long answers are waited for at the end. Default 30 s.
  var drain: Duration = .seconds(30)
  /// How long surplus answers are waited for once everything is answered. Default 250 ms.
  var settle: Duration = .milliseconds(250)
  /// PSIDs are this and the conversation's number. Default "u".
  var prefix = "u"

  init(page: String, mode: Mode, conversations: Int, messages: Int) {
    self.page = page
    self.mode = mode
    self.conversations = conversations
    self.messages = messages
  }

  init(_ json: JSON, platform: Platform) throws(ControlError) {
    guard let page = platform.page(id: json["page"]?.text) else { throw ControlError("\"page\" is not played here") }
    self.page = page.id
    switch json["mode"]?.string ?? "closed" {
    case "closed": mode = .closed
    case "after_ack": mode = .afterAck
    case "open":
      guard let rate = json["rate"]?.double, (0.001...1_000_000).contains(rate) else {
        throw ControlError("\"rate\" (messages a second) is needed for the mode open")
      }
      mode = .open(rate: rate)
    default: throw ControlError("\"mode\" must be closed, open or after_ack")
    }
    conversations = json["conversations"]?.int ?? 1
    messages = json["messages"]?.int ?? conversations
    guard (1...100_000).contains(conversations) else { throw ControlError("\"conversations\" must lie in 1...100000") }
    guard (1...10_000_000).contains(messages) else { throw ControlError("\"messages\" must lie in 1...10000000") }
    copies = json["copies"]?.int ?? copies
    guard (1...100).contains(copies) else { throw ControlError("\"copies\" must lie in 1...100") }
    if let seconds = json["drain_seconds"]?.double {
      guard (0...86_400).contains(seconds) else { throw ControlError("\"drain_seconds\" must lie in 0...86400") }
      drain = .seconds(seconds)
    }
    if let milliseconds = json["settle_ms"]?.int {
      guard (0...600_000).contains(milliseconds) else { throw ControlError("\"settle_ms\" must lie in 0...600000") }
      settle = .milliseconds(milliseconds)
    }
    prefix = json["prefix"]?.string ?? prefix
  }

  func psid(_ conversation: Int) -> String { "\(prefix)\(conversation)" }

  /// Messages of one conversation; the first ones take what does not divide.
  func count(_ conversation: Int) -> Int {
    messages / conversations + (conversation < messages % conversations ? 1 : 0)
  }

  static func text(conversation: Int, message: Int) -> String { "ping c\(conversation)-n\(message)" }

  /// The message number a reply names, as in `pong c3-n17, Ada`; nil when it names none of this conversation.
  static func messageNumber(in reply: String, conversation: Int) -> Int? {
    var rest = Substring(reply).utf8
    let mark = Array("c\(conversation)-n".utf8)
    while let start = rest.firstIndex(of: UInt8(ascii: "c")) {
      let isWord = start == rest.startIndex || rest[rest.index(before: start)] == UInt8(ascii: " ")
      if isWord, rest[start...].starts(with: mark) {
        let digits = rest[rest.index(start, offsetBy: mark.count)...].prefix { (48...57).contains($0) }
        return Int(Substring(digits))
      }
      rest = rest[rest.index(after: start)...]
    }
    return nil
  }
}
