import JSON
import Messenger

/// The body of `POST /v1/messages`.
struct NewMessage: Sendable {
  /// Of the whole body: the largest template is far below.
  static let bodyLimit = 256 << 10

  let page: String
  let address: Address
  let content: NewContent
  let grounds: AskedGrounds
  /// Nil: at once.
  let due: Timestamp?
  let customerKey: String?

  init(_ json: JSON) throws(Problem) {
    let fields = try Fields(json, known: ["page", "message", "grounds", "due", "customer_key"] + Address.all)
    page = try fields.page()
    address = try Address(fields)
    content = try NewContent(fields)
    grounds = try AskedGrounds(fields)
    due = try fields.due()
    // Meta: human replies only, and nobody writes at an hour set beforehand.
    if grounds.kind == "human_agent", due != nil {
      throw .invalid("due", "does not go with human_agent", "Leave it out: what a person writes goes now.")
    }
    customerKey = try fields.text("customer_key", upTo: 256)
  }
}

/// What is said, in the form of docs/messages.md, without whom it is for and why it may be sent.
struct NewContent: Sendable {
  private static let known = [
    "text", "attachment", "template", "sticker_id", "action", "payload", "quick_replies", "persona_id", "reply_to",
    "notification_type", "thread_control",
  ]
  let json: JSON

  init(_ fields: Fields) throws(Problem) {
    json = try fields.required("message", #"Say something, such as {"text": "Your van has left its yard."}."#)
    _ = try Fields(json, at: fields.field("message"), known: Self.known)
  }

  /// One that exists breaks none of Meta's limits.
  func message(to recipient: Recipient, grounds: Grounds) throws(Problem) -> OutgoingMessage {
    do throws(MessengerError) {
      return try OutgoingMessage(to: recipient, json: json, grounds: grounds)
    } catch {
      throw Problem(error)
    }
  }
}

extension Fields {
  func page() throws(Problem) -> String {
    guard let page = try id("page") else { throw .missing(field("page"), "Name the page by Meta's id.") }
    return page
  }

  /// When it is to be sent.
  func due() throws(Problem) -> Timestamp? { try time("due") }
}
