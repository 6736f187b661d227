package import JSON

/// Asks how it was: one question on one screen. The answer comes as a feedback event.
package struct FeedbackTemplate: TemplateForm {
  package static let type = "customer_feedback"

  package struct Question: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
      case csat, nps, ces
      case freeForm = "free_form"
    }

    package enum Label: String, Sendable, Hashable, CaseIterable {
      case negativePositive = "neg_pos"
      case hardEasy = "hard_easy"
      case dissatisfied = "dis_sat"
      case unlikeLike = "unlike_like"
      case poorGreat = "poor_great"
      case unlabelled = "none"
    }

    package enum Scale: String, Sendable, Hashable, CaseIterable {
      case oneToFive = "one_to_five"
      case fiveStars = "five_stars"
      case fiveEmojis = "five_emojis"
      case zeroToTen = "zero_to_ten"
      case oneToSeven = "one_to_seven"
    }

    /// Letters, digits and `_`.
    package var id: String
    package var kind: Kind
    package var title: String?
    package var label: Label?
    package var scale: Scale?
    /// What stands in the field for words of their own; nil offers none.
    package var followUp: String?

    package init(
      id: String, _ kind: Kind, title: String? = nil, label: Label? = nil, scale: Scale? = nil,
      followUp: String? = nil
    ) {
      self.id = id
      self.kind = kind
      self.title = title
      self.label = label
      self.scale = scale
      self.followUp = followUp
    }
  }

  package var title: String
  package var subtitle: String?
  package var buttonTitle: String
  package var question: Question
  package var privacyURL: String
  /// 1 to 7; Meta takes 1 where nothing is said.
  package var expiresInDays: Int?

  package init(
    title: String, subtitle: String? = nil, buttonTitle: String, question: Question, privacyURL: String,
    expiresInDays: Int? = nil
  ) {
    self.title = title
    self.subtitle = subtitle
    self.buttonTitle = buttonTitle
    self.question = question
    self.privacyURL = privacyURL
    self.expiresInDays = expiresInDays
  }

  package var members: JSONObject {
    [
      "title": .string(title), "subtitle": JSON(subtitle), "button_title": .string(buttonTitle),
      "feedback_screens": [["questions": [question.requestBody]]],
      "business_privacy": ["url": .string(privacyURL)],
      "expires_in_days": expiresInDays.map { JSON($0) } ?? .null,
    ]
  }
}

extension FeedbackTemplate.Question {
  var requestBody: JSON {
    JSON(members: [
      "id": .string(id), "type": .string(kind.rawValue), "title": JSON(title), "score_label": JSON(label?.rawValue),
      "score_option": JSON(scale?.rawValue),
      "follow_up": followUp.map { ["type": "free_form", "placeholder": .string($0)] } ?? .null,
    ])
  }
}
