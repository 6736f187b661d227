/// Not to this person, or not now.
extension GraphErrorTable {
  private static let outsideWindow = Advice(
    "the person's 24 hours are over",
    "Use a utility template or a notification token, let a person answer as human agent within 7 days, or wait until "
      + "they write.")
  private static let unavailable = Advice(
    "this person is not available: they blocked the page, left Messenger or take no messages now",
    "Wait until they write.")

  static let people: [Row] = [
    Row(10, 2_018_065, .drop, outsideWindow),
    Row(10, 2_018_278, .drop, outsideWindow),
    Row(10, 2_534_022, .drop, outsideWindow),
    Row(10, 2_018_108, .drop, unavailable),
    Row(
      10, 2_018_336, .drop,
      Advice("Meta's rules for the European Union or Japan forbid this message", "Leave out what they forbid.")),
    Row(
      10, 1_893_015, .drop,
      Advice("the person has stopped these notifications", "Send no more under this token.")),
    Row(200, 1_545_041, .drop, unavailable),
    Row(230, .drop, Advice("this person does not let the page write to them", "Wait until they write.")),
    Row(551, .drop, unavailable),
    Row(
      100, 2_018_001, .drop,
      Advice(
        "there is no such person for this page",
        "Check that the id is a PSID of this page: each page knows a person by another one.")),
    Row(
      100, 2_018_218, .drop,
      Advice("this account has no profile, as with those made by phone number", "Go on without a name.")),
    Row(10900, .drop, Advice("this comment or post was answered already", "Wait until the person writes.")),
    Row(10903, .drop, Advice("this person cannot be answered in private", "Answer under the comment.")),
    Row(
      10303, .drop,
      Advice("the account linking token is wrong or older than 5 minutes", "Let the person link their account again.")),
  ]
}
