/// Meta's limits on what a page may send, one row each. Nothing else in the services knows a number of these.
package struct MessageLimits: Sendable {
  package private(set) var rows: [MessageLimit.Row]

  /// As Meta's reference has them in November 2026.
  package static let meta = MessageLimits(rows: send + templates + forms)

  /// In the order of `MessageLimit`.
  private init(rows: [MessageLimit.Row]) {
    self.rows = rows.sorted { $0.limit.rawValue < $1.limit.rawValue }
    precondition(self.rows.map(\.limit) == MessageLimit.allCases, "every limit has one row")
  }

  package subscript(limit: MessageLimit) -> MessageLimit.Row { rows[limit.rawValue] }

  /// The table with one row changed, for a test that shows that the row matters.
  package func changing(_ limit: MessageLimit, to range: ClosedRange<Int>) -> MessageLimits {
    var changed = self
    changed.rows[limit.rawValue].range = range
    return changed
  }

  private static let sendReference = "Meta, Send API reference"
  private static let quickReplies = "Meta, Quick Replies"
  private static let buttons = "Meta, Buttons reference"

  private static let send: [MessageLimit.Row] = [
    .init(.text, "message.text", 1...1999, .characters, sendReference),
    .init(.textOfOldVersions, "message.text", 1...640, .characters, "Meta, Send API reference of 2016"),
    .init(.metadata, "message.metadata", 0...999, .characters, sendReference),
    .init(.quickReplies, "message.quick_replies", 0...13, .items, quickReplies),
    .init(.quickReplyTitle, "quick_replies.title", 1...20, .characters, quickReplies),
    .init(.quickReplyPayload, "quick_replies.payload", 0...1000, .characters, quickReplies),
    .init(.buttonTitle, "buttons.title", 1...20, .characters, buttons),
    .init(.postbackPayload, "buttons.payload", 1...1000, .characters, buttons),
  ]

  private static let templates: [MessageLimit.Row] = [
    .init(.buttonText, "button.text", 1...640, .characters, "Meta, Button Template"),
    .init(.buttons, "button.buttons", 1...3, .items, "Meta, Button Template"),
    .init(.accountLinks, "buttons of type account_link", 0...1, .items, "general knowledge"),
    .init(.cards, "generic.elements", 1...10, .items, "Meta, Generic Template"),
    .init(.cardTitle, "generic.elements.title", 1...80, .characters, "Meta, Generic Template"),
    .init(.cardSubtitle, "generic.elements.subtitle", 0...80, .characters, "Meta, Generic Template"),
    .init(.cardButtons, "generic.elements.buttons", 0...3, .items, "Meta, Generic Template"),
    .init(.mediaElements, "media.elements", 1...1, .items, "Meta, Media Template"),
    .init(.mediaButtons, "media.elements.buttons", 0...3, .items, "Meta, Media Template"),
    .init(.receiptItems, "receipt.elements", 0...100, .items, "Meta, Receipt Template"),
    .init(.couponTitle, "coupon.title", 1...80, .characters, "Meta, Coupon Template"),
    .init(.couponSubtitle, "coupon.subtitle", 0...80, .characters, "Meta, Coupon Template"),
    .init(.products, "product.elements", 1...10, .items, "Meta, Product Template"),
    .init(.imageGrids, "image_grid.elements", 1...1, .items, "Meta, Image Grid Template"),
    .init(.imageGridImages, "image_grid.elements.images", 2...6, .items, "Meta, Image Grid Template"),
    .init(.imageGridHeroes, "image_grid.elements.images.is_hero_image", 0...1, .items, "Meta, Image Grid Template"),
    .init(.imageGridTitle, "image_grid.elements.title", 0...45, .characters, "Meta, Image Grid Template"),
    .init(.imageGridSubtitle, "image_grid.elements.subtitle", 0...80, .characters, "Meta, Image Grid Template"),
    .init(.imageGridButtons, "image_grid.elements.buttons", 0...3, .items, "Meta, Image Grid Template"),
  ]

  private static let forms: [MessageLimit.Row] = [
    .init(.feedbackTitle, "customer_feedback.title", 1...65, .characters, feedback),
    .init(.feedbackSubtitle, "customer_feedback.subtitle", 0...80, .characters, feedback),
    .init(.feedbackButton, "customer_feedback.button_title", 1...20, .characters, feedback),
    .init(.feedbackScreens, "customer_feedback.feedback_screens", 1...1, .items, feedback),
    .init(.feedbackQuestions, "customer_feedback.feedback_screens.questions", 1...1, .items, feedback),
    .init(.questionID, "customer_feedback.feedback_screens.questions.id", 1...80, .characters, feedback),
    .init(.questionTitle, "customer_feedback.feedback_screens.questions.title", 5...85, .characters, feedback),
    .init(
      .questionPlaceholder, "customer_feedback.feedback_screens.questions.follow_up.placeholder", 0...65, .characters,
      feedback),
    .init(.feedbackDays, "customer_feedback.expires_in_days", 1...7, .days, feedback),
    .init(
      .customerInformationDays, "customer_information.expires_in_days", 1...7, .days,
      "Meta, Customer Information Template"),
    .init(.oneTimeTitle, "one_time_notif_req.title", 1...65, .characters, "Meta, One-Time Notification"),
    .init(.notificationTitle, "notification_messages.title", 1...65, .characters, "Meta, Marketing Messages"),
    .init(
      .requestPayload, "one_time_notif_req.payload, notification_messages.payload", 1...1000, .characters,
      "general knowledge"),
  ]

  private static let feedback = "Meta, Customer Feedback Template"
}
