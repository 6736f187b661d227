/// What Meta limits in a message: the names of `MessageLimits`' rows.
package enum MessageLimit: Int, Sendable, Hashable, CaseIterable {
  case text, textOfOldVersions, metadata
  case quickReplies, quickReplyTitle, quickReplyPayload
  case buttonTitle, postbackPayload
  case buttonText, buttons, accountLinks
  case cards, cardTitle, cardSubtitle, cardButtons
  case mediaElements, mediaButtons
  case receiptItems
  case couponTitle, couponSubtitle
  case feedbackTitle, feedbackSubtitle, feedbackButton, feedbackScreens, feedbackQuestions
  case questionID, questionTitle, questionPlaceholder, feedbackDays
  case products
  case imageGrids, imageGridImages, imageGridHeroes, imageGridTitle, imageGridSubtitle, imageGridButtons
  case customerInformationDays
  case oneTimeTitle, notificationTitle, requestPayload
}

extension MessageLimit {
  package enum Unit: String, Sendable, Hashable {
    /// UTF-16 code units, as Meta counts: an emoji is two or more.
    case characters
    case items
    case days
  }

  /// One row: as few and as many as Meta takes.
  package struct Row: Sendable, Hashable {
    package let limit: MessageLimit
    /// As Meta's reference calls it.
    package let field: String
    package var range: ClosedRange<Int>
    package let unit: Unit
    package let source: String

    init(_ limit: MessageLimit, _ field: String, _ range: ClosedRange<Int>, _ unit: Unit, _ source: String) {
      self.limit = limit
      self.field = field
      self.range = range
      self.unit = unit
      self.source = source
    }
  }
}
