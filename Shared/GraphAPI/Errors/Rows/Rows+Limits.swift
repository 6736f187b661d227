/// Too many calls, and other things done too often.
extension GraphErrorTable {
  static let tooMany = Advice(
    "Meta's limit of calls is reached",
    "Nothing to do: the page's messages wait, then go more slowly. If it comes often, spread what you send over more "
      + "time.")
  private static let tooManyOfApp = Advice(
    "Meta's limit of calls for the whole app is reached",
    "Nothing to do: the messages of all its pages wait. If it comes often, ask Meta for a higher limit.")

  static let limits: [Row] = [
    Row(4, .slowDown, tooManyOfApp, limit: .app),
    Row(4, 2_018_022, .slowDown, tooMany, limit: .page),
    Row(
      4, 2_018_354, .drop,
      Advice("the gap between two marketing messages is not over", "Send the next one later.")),
    Row(9, 2_018_352, .drop, Advice("the person was asked for too many opt-ins", "Ask less often.")),
    Row(17, .slowDown, tooMany, limit: .page),
    Row(17, 2_446_079, .slowDown, tooMany, limit: .page),
    Row(32, .slowDown, tooMany, limit: .page),
    Row(341, .slowDown, tooManyOfApp, wait: .seconds(3600), limit: .app),
    Row(613, .slowDown, tooMany, limit: .page),
    Row(613, 1996, .slowDown, tooMany, limit: .page),
    Row(613, 2_534_040, .slowDown, tooMany, limit: .page),
    Row(
      613, 1_893_016, .drop,
      Advice("the person was asked for this opt-in again and again", "Do not ask them for it any more.")),
    Row(
      613, 2_018_338, .drop,
      Advice("Meta warns that a tag is abused toward this person", "Stop sending under this tag what it is not for.")),
    Row(80001, .slowDown, tooMany, limit: .page),
    Row(80002, .slowDown, tooMany, limit: .page),
    Row(80006, .slowDown, tooMany, limit: .page),
    Row(
      2_018_144, .drop,
      Advice("the game's notifications to this person are used up", "Send no more than 5 in 10 days.")),
  ]
}
