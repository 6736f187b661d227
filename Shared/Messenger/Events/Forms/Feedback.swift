import JSON

/// What a person filled into a customer feedback template (Meta, `messaging_feedback`).
package struct CustomerFeedback: Sendable, Hashable {
  package struct Answer: Sendable, Hashable {
    package var screen: String?
    package var question: String
    /// `csat`, `nps`, `ces` or `free_form`.
    package var type: String?
    package var payload: String?
    /// What the person wrote on top.
    package var followUp: String?
  }

  package var answers: [Answer]
}

extension CustomerFeedback {
  init?(_ body: JSON) {
    guard let screens = body["feedback_screens"]?.array else { return nil }
    answers = screens.flatMap { screen in
      screen["questions"]?.object?.map { question in
        let answer = question.value
        return Answer(
          screen: screen["screen_id"]?.text, question: question.key, type: answer["type"]?.text,
          payload: answer["payload"]?.text, followUp: answer["follow_up"]?["payload"]?.text)
      } ?? []
    }
  }
}

extension CustomerFeedback: Understood {
  var understood: JSON { .understood(["answers": answers]) }
}

extension CustomerFeedback.Answer: Understood {
  var understood: JSON {
    .understood([
      "screen": screen, "question": question, "type": type, "payload": payload, "follow_up": followUp,
    ])
  }
}

/// A thumb under one of the bot's messages (Meta, `response_feedback`).
package struct ResponseFeedback: Sendable, Hashable {
  /// The message that was judged.
  package var mid: String?
  /// `Good response` or `Bad response`.
  package var feedback: String
}

extension ResponseFeedback {
  init?(_ body: JSON) {
    guard let feedback = body["feedback"]?.text else { return nil }
    self.init(mid: body["mid"]?.messageID, feedback: feedback)
  }
}

extension ResponseFeedback: Understood {
  var understood: JSON { .understood(["mid": mid, "feedback": feedback]) }
}
