import JSON

@testable import Messenger

/// For each row of the table of limits, the call that has just so much of it.
enum LimitCase {
  /// Nil for the row that no living version of Meta's knows.
  static func body(_ limit: MessageLimit, _ count: Int) -> JSON? {
    let text = String(repeating: "a", count: count)
    switch limit {
    case .textOfOldVersions: return nil
    case .text: return call(.text(text))
    case .metadata: return call(.text("a"), metadata: text)
    case .quickReplies:
      return call(.text("a", quickReplies: (0..<count).map { QuickReply(title: "b\($0)", payload: "B") }))
    case .quickReplyTitle: return call(.text("a", quickReplies: [QuickReply(title: text, payload: "B")]))
    case .quickReplyPayload:
      return call(.text("a", quickReplies: [.text(title: "b", payload: text, imageURL: "https://example.org/b.png")]))
    case .buttonTitle, .postbackPayload, .buttonText, .buttons, .accountLinks: return call(buttons(limit, count, text))
    case .cards, .cardTitle, .cardSubtitle, .cardButtons, .mediaElements, .mediaButtons:
      return call(cards(limit, count, text))
    case .receiptItems, .couponTitle, .couponSubtitle, .products: return call(shop(limit, count, text))
    case .imageGrids, .imageGridImages, .imageGridHeroes, .imageGridTitle, .imageGridSubtitle, .imageGridButtons:
      return call(grid(limit, count, text))
    case .feedbackTitle, .feedbackSubtitle, .feedbackButton, .feedbackScreens, .feedbackQuestions, .questionID,
      .questionTitle, .questionPlaceholder, .feedbackDays:
      return call(feedback(limit, count, text))
    case .customerInformationDays, .oneTimeTitle, .notificationTitle, .requestPayload:
      return call(request(limit, count, text))
    }
  }

  /// At, just below and just above both ends of a row.
  static func amounts(of range: ClosedRange<Int>) -> [Int] {
    let (low, high) = (range.lowerBound, range.upperBound)
    return Set([low - 1, low, low + 1, high - 1, high, high + 1]).filter { $0 >= 0 }.sorted()
  }

  static func call(_ content: OutgoingMessage.Content, _ grounds: Grounds = .reply, metadata: String? = nil) -> JSON {
    var message = content.message
    message["metadata"] = metadata.map { .string($0) }
    return [
      "recipient": ["id": "24"], "messaging_type": .string(grounds.messagingType), "message": .object(message),
    ]
  }

  private static func postbacks(_ count: Int) -> [Button] {
    (0..<count).map { .postback(title: "b\($0)", payload: "B") }
  }

  private static func buttons(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    let form =
      switch limit {
      case .buttonTitle: ButtonTemplate(text: "a", buttons: [.postback(title: text, payload: "B")])
      case .postbackPayload: ButtonTemplate(text: "a", buttons: [.postback(title: "b", payload: text)])
      case .buttonText: ButtonTemplate(text: text, buttons: postbacks(1))
      case .accountLinks:
        ButtonTemplate(
          text: "a", buttons: postbacks(1) + Array(repeating: .accountLink(url: "https://example.org"), count: count))
      default: ButtonTemplate(text: "a", buttons: postbacks(count))
      }
    return .template(Template(form))
  }

  private static func cards(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    func card(_ title: String = "a", _ subtitle: String = "b", _ buttons: Int = 0) -> GenericTemplate.Card {
      .init(title: title, subtitle: subtitle, buttons: postbacks(buttons))
    }
    let media = Template(MediaTemplate(.image, .id("7"), buttons: postbacks(limit == .mediaButtons ? count : 1)))
    switch limit {
    case .cardTitle: return .template(Template(GenericTemplate(cards: [card(text)])))
    case .cardSubtitle: return .template(Template(GenericTemplate(cards: [card("a", text)])))
    case .cardButtons: return .template(Template(GenericTemplate(cards: [card("a", "b", count)])))
    case .mediaButtons: return .template(media)
    case .mediaElements: return .template(repeated("elements", of: media, count))
    default: return .template(Template(GenericTemplate(cards: (0..<count).map { card("a\($0)") })))
    }
  }

  private static func shop(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    switch limit {
    case .receiptItems:
      let items = (0..<count).map { ReceiptTemplate.Item(title: "a\($0)", price: Amount(100)) }
      return .template(
        Template(
          ReceiptTemplate(
            recipientName: "a", orderNumber: "1", currency: "EUR", paymentMethod: "Cash",
            summary: .init(total: Amount(100)), items: items)))
    case .couponTitle: return .template(Template(CouponTemplate(title: text, .code("C"))))
    case .couponSubtitle: return .template(Template(CouponTemplate(title: "a", .code("C"), subtitle: text)))
    default: return .template(Template(ProductTemplate(ids: (0..<count).map { "\($0)" })))
    }
  }

  private static func grid(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    let images = limit == .imageGridImages ? count : 6
    let heroes = limit == .imageGridHeroes ? count : 1
    let form = Template(
      ImageGridTemplate(
        images: (0..<images).map { .init(url: "https://example.org/\($0).png", isHero: $0 < heroes) },
        title: limit == .imageGridTitle ? text : "a", subtitle: limit == .imageGridSubtitle ? text : "b",
        buttons: postbacks(limit == .imageGridButtons ? count : 1)))
    return .template(limit == .imageGrids ? repeated("elements", of: form, count) : form)
  }

  private static func feedback(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    let form = Template(
      FeedbackTemplate(
        title: limit == .feedbackTitle ? text : "a", subtitle: limit == .feedbackSubtitle ? text : "b",
        buttonTitle: limit == .feedbackButton ? text : "c",
        question: .init(
          id: limit == .questionID ? text : "q_1", .csat, title: limit == .questionTitle ? text : "How was it?",
          followUp: limit == .questionPlaceholder ? text : "d"),
        privacyURL: "https://example.org", expiresInDays: limit == .feedbackDays ? count : nil))
    switch limit {
    case .feedbackScreens: return .template(repeated("feedback_screens", of: form, count))
    case .feedbackQuestions:
      var payload = form.payload.object ?? [:]
      let question = payload["feedback_screens"]?[0]?["questions"]?[0] ?? .null
      payload["feedback_screens"] = [["questions": .array(Array(repeating: question, count: count))]]
      return .template(Template(payload: .object(payload)))
    default: return .template(form)
    }
  }

  private static func request(_ limit: MessageLimit, _ count: Int, _ text: String) -> OutgoingMessage.Content {
    switch limit {
    case .oneTimeTitle: .template(Template(OneTimeRequest(title: text, payload: "P")))
    case .notificationTitle: .template(Template(NotificationRequest(title: text, payload: "P")))
    case .requestPayload: .template(Template(NotificationRequest(title: "a", payload: text)))
    default:
      .template(
        Template(
          CustomerInformationTemplate(countries: ["IT"], privacyURL: "https://example.org", expiresInDays: count)))
    }
  }

  /// The form with one of its lists holding its first element so many times.
  private static func repeated(_ list: String, of form: Template, _ count: Int) -> Template {
    var payload = form.payload.object ?? [:]
    payload[list] = .array(Array(repeating: payload[list]?[0] ?? .null, count: count))
    return Template(payload: .object(payload))
  }
}
