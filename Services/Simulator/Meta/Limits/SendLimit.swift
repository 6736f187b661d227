/// What Meta limits in a call of the Send API; see `LimitTable<SendLimit>.meta` for the numbers.
enum SendLimit: Int, LimitName {
  case text, metadata
  case quickReplies, quickReplyTitle, quickReplyPayload
  case buttonTitle, buttonPayload, accountLinks
  case buttonText, buttonButtons
  case genericElements, genericTitle, genericSubtitle, genericButtons
  case mediaElements, mediaButtons
  case receiptElements
  case couponTitle, couponSubtitle
  case feedbackTitle, feedbackSubtitle, feedbackButton, feedbackScreens, feedbackQuestions, feedbackQuestionID
  case feedbackQuestion, feedbackPlaceholder, feedbackDays
  case productElements
  case gridElements, gridImages, gridHeroes, gridTitle, gridSubtitle, gridButtons
  case informationDays
  case oneTimeTitle, notificationTitle, requestPayload
}

extension LimitTable<SendLimit> {
  static var meta: Self { sendLimits }
}

private let sendLimits = LimitTable<SendLimit>([
  .init(.text, 1...1999, .characters, "Send API reference"),
  .init(.metadata, 999, .characters, "Send API reference"),
  .init(.quickReplies, 13, .items, "Quick replies"),
  .init(.quickReplyTitle, 1...20, .characters, "Quick replies"),
  .init(.quickReplyPayload, 1000, .characters, "Quick replies"),
  .init(.buttonTitle, 1...20, .characters, "Buttons"),
  .init(.buttonPayload, 1...1000, .characters, "Buttons"),
  .init(.accountLinks, 1, .items, "Account linking; general knowledge"),
  .init(.buttonText, 1...640, .characters, "Button template"),
  .init(.buttonButtons, 1...3, .items, "Button template"),
  .init(.genericElements, 1...10, .items, "Generic template"),
  .init(.genericTitle, 1...80, .characters, "Generic template"),
  .init(.genericSubtitle, 80, .characters, "Generic template"),
  .init(.genericButtons, 3, .items, "Generic template"),
  .init(.mediaElements, 1...1, .items, "Media template"),
  .init(.mediaButtons, 3, .items, "Media template"),
  .init(.receiptElements, 100, .items, "Receipt template"),
  .init(.couponTitle, 1...80, .characters, "Coupon template"),
  .init(.couponSubtitle, 80, .characters, "Coupon template"),
  .init(.feedbackTitle, 1...65, .characters, "Customer feedback template"),
  .init(.feedbackSubtitle, 80, .characters, "Customer feedback template"),
  .init(.feedbackButton, 1...20, .characters, "Customer feedback template"),
  .init(.feedbackScreens, 1...1, .items, "Customer feedback template"),
  .init(.feedbackQuestions, 1...1, .items, "Customer feedback template"),
  .init(.feedbackQuestionID, 1...80, .characters, "Customer feedback template"),
  .init(.feedbackQuestion, 5...85, .characters, "Customer feedback template"),
  .init(.feedbackPlaceholder, 65, .characters, "Customer feedback template"),
  .init(.feedbackDays, 1...7, .days, "Customer feedback template"),
  .init(.productElements, 1...10, .items, "Product template"),
  .init(.gridElements, 1...1, .items, "Image grid template"),
  .init(.gridImages, 2...6, .items, "Image grid template"),
  .init(.gridHeroes, 1, .items, "Image grid template"),
  .init(.gridTitle, 45, .characters, "Image grid template"),
  .init(.gridSubtitle, 80, .characters, "Image grid template"),
  .init(.gridButtons, 3, .items, "Image grid template"),
  .init(.informationDays, 1...7, .days, "Customer information template"),
  .init(.oneTimeTitle, 1...65, .characters, "One-time notification"),
  .init(.notificationTitle, 1...65, .characters, "Marketing messages"),
  .init(.requestPayload, 1...1000, .characters, "One-time notification, marketing messages; general knowledge"),
])
