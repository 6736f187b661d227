import JSON

/// The templates that ask a person for an answer (Meta, customer feedback and customer information templates).
enum FormShape {
  static let questionTypes: Set<String> = ["csat", "nps", "ces", "free_form"]
  static let scoreLabels: Set<String> = [
    "neg_pos", "hard_easy", "dis_sat", "unlike_like", "poor_great", "none",
  ]
  static let scoreOptions: Set<String> = [
    "one_to_five", "five_stars", "five_emojis", "zero_to_ten", "one_to_seven",
  ]

  static func check(feedback: Field) throws(GraphError) {
    try feedback["title"].text(.feedbackTitle)
    try feedback["subtitle"].optionalText(.feedbackSubtitle)
    try feedback["button_title"].text(.feedbackButton)
    for screen in try feedback["feedback_screens"].items(.feedbackScreens) {
      for question in try screen["questions"].items(.feedbackQuestions) { try check(question: question) }
    }
    try check(end: feedback, .feedbackDays)
  }

  static func check(information: Field) throws(GraphError) {
    guard information["countries"].json?.array?.isEmpty == false else { throw information["countries"].required }
    try check(end: information, .informationDays)
  }

  /// What both forms end with.
  private static func check(end form: Field, _ days: SendLimit) throws(GraphError) {
    try form["business_privacy"]["url"].url()
    try form["expires_in_days"].number(days)
  }

  private static func check(question: Field) throws(GraphError) {
    let id = try question["id"].text(.feedbackQuestionID)
    guard id.utf8.allSatisfy({ $0 == 0x5F || (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) }) else {
      throw .badParameter("param id must hold letters, digits and _ only")
    }
    try question["type"].one(of: questionTypes)
    try question["title"].optionalText(.feedbackQuestion)
    if question["score_label"].isPresent { try question["score_label"].one(of: scoreLabels) }
    if question["score_option"].isPresent { try question["score_option"].one(of: scoreOptions) }
    let followUp = question["follow_up"]
    guard followUp.isPresent else { return }
    try followUp["type"].one(of: ["free_form"])
    try followUp["placeholder"].optionalText(.feedbackPlaceholder)
  }
}
