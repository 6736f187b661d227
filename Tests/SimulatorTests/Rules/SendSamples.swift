import JSON

@testable import Simulator

/// Calls of the Send API in which one quantity has the size asked for and all else is well.
enum SendSamples {
  static func body(_ message: JSON, type: JSON = "RESPONSE") -> JSON {
    ["recipient": ["id": "1"], "messaging_type": type, "message": message]
  }

  /// `é` is one UTF-16 code unit and two bytes.
  static func text(_ count: Int) -> JSON { .string(String(repeating: "é", count: count)) }

  static func body(_ limit: SendLimit, _ count: Int) -> JSON {
    switch limit {
    case .text: body(["text": text(count)])
    case .metadata: body(["text": "t", "metadata": text(count)])
    case .quickReplies: body(["text": "t", "quick_replies": .array(Array(repeating: quickReply(), count: count))])
    case .quickReplyTitle: body(["text": "t", "quick_replies": [quickReply(title: text(count))]])
    case .quickReplyPayload: body(["text": "t", "quick_replies": [quickReply(payload: text(count))]])
    case .buttonTitle: template("button", ["text": "t", "buttons": [button(title: text(count))]])
    case .buttonPayload: template("button", ["text": "t", "buttons": [button(payload: text(count))]])
    case .accountLinks:
      template("button", ["text": "t", "buttons": .array([button()] + Array(repeating: accountLink, count: count))])
    case .buttonText: template("button", ["text": text(count), "buttons": [button()]])
    case .buttonButtons: template("button", ["text": "t", "buttons": buttons(count)])
    case .genericElements: elements("generic", ["title": "t", "subtitle": "s"], count)
    case .genericTitle: elements("generic", ["title": text(count), "subtitle": "s"])
    case .genericSubtitle: elements("generic", ["title": "t", "subtitle": text(count)])
    case .genericButtons: elements("generic", ["title": "t", "subtitle": "s", "buttons": buttons(count)])
    case .mediaElements: elements("media", ["media_type": "image", "attachment_id": "1"], count)
    case .mediaButtons: elements("media", ["media_type": "image", "attachment_id": "1", "buttons": buttons(count)])
    case .receiptElements: receipt(count)
    case .couponTitle: template("coupon", ["title": text(count), "coupon_code": "C"])
    case .couponSubtitle: template("coupon", ["title": "t", "subtitle": text(count), "coupon_code": "C"])
    case .productElements: elements("product", ["id": "1"], count)
    case .gridElements: elements("image_grid", ["images": images(2)], count)
    case .gridImages: elements("image_grid", ["images": images(count)])
    case .gridHeroes: elements("image_grid", ["images": images(2, heroes: count)])
    case .gridTitle: elements("image_grid", ["images": images(2), "title": text(count)])
    case .gridSubtitle: elements("image_grid", ["images": images(2), "subtitle": text(count)])
    case .gridButtons: elements("image_grid", ["images": images(2), "buttons": buttons(count)])
    case .informationDays:
      template(
        "customer_information",
        ["countries": ["US"], "business_privacy": ["url": "https://a.example/p"], "expires_in_days": JSON(count)])
    case .oneTimeTitle: template("one_time_notif_req", ["title": text(count), "payload": "P"])
    case .notificationTitle: template("notification_messages", ["title": text(count), "payload": "P"])
    case .requestPayload: template("notification_messages", ["title": "t", "payload": text(count)])
    case .feedbackTitle: feedback(["title": text(count)])
    case .feedbackSubtitle: feedback(["subtitle": text(count)])
    case .feedbackButton: feedback(["button_title": text(count)])
    case .feedbackScreens:
      feedback(["feedback_screens": .array(Array(repeating: ["questions": [question()]], count: count))])
    case .feedbackQuestions: feedback(questions: Array(repeating: question(), count: count))
    case .feedbackQuestionID: feedback(questions: [question(["id": .string(String(repeating: "a", count: count))])])
    case .feedbackQuestion: feedback(questions: [question(["title": text(count)])])
    case .feedbackPlaceholder:
      feedback(questions: [question(["follow_up": ["type": "free_form", "placeholder": text(count)]])])
    case .feedbackDays: feedback(["expires_in_days": JSON(count)])
    }
  }

  static func template(_ type: String, _ payload: JSONObject) -> JSON {
    var payload = payload
    payload["template_type"] = .string(type)
    return body(["attachment": ["type": "template", "payload": .object(payload)]])
  }

  private static func elements(_ type: String, _ element: JSON, _ count: Int = 1) -> JSON {
    template(type, ["elements": .array(Array(repeating: element, count: count))])
  }

  private static func quickReply(title: JSON = "a", payload: JSON = "b") -> JSON {
    ["content_type": "text", "title": title, "payload": payload, "image_url": "https://a.example/b.png"]
  }

  static func button(title: JSON = "a", payload: JSON = "b") -> JSON {
    ["type": "postback", "title": title, "payload": payload]
  }

  private static let accountLink: JSON = ["type": "account_link", "url": "https://a.example"]

  static func buttons(_ count: Int) -> JSON { .array(Array(repeating: button(), count: count)) }

  private static func images(_ count: Int, heroes: Int = 0) -> JSON {
    .array(
      (0..<count).map { ["url": "https://a.example/b.png", "is_hero_image": .bool($0 < heroes)] })
  }

  private static func receipt(_ count: Int) -> JSON {
    template(
      "receipt",
      [
        "recipient_name": "A", "order_number": "1", "currency": "EUR", "payment_method": "card",
        "summary": ["total_cost": 1], "elements": .array(Array(repeating: ["title": "t", "price": 1], count: count)),
      ])
  }

  static func feedback(_ members: JSONObject = [:], questions: [JSON] = [question()]) -> JSON {
    var payload: JSONObject = [
      "title": "t", "subtitle": "s", "button_title": "b", "business_privacy": ["url": "https://a.example/p"],
      "feedback_screens": [["questions": .array(questions)]],
    ]
    for (name, value) in members { payload[name] = value }
    return template("customer_feedback", payload)
  }

  private static func question(_ members: JSONObject = [:]) -> JSON {
    var question: JSONObject = ["id": "q_1", "type": "csat", "title": "How was it?"]
    for (name, value) in members { question[name] = value }
    return .object(question)
  }
}
