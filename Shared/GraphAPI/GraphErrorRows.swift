extension GraphErrorTable {
  private static let outsideWindow = "The person's 24 hours are over: use a utility template, or wait until they write."
  private static let unavailable = "This person cannot be written to now: wait until they write."
  private static let reconnect = "Let the page's owner connect the page again."
  private static let slower = "Meta's limit is reached: send more slowly."
  private static let parameter = "Correct the message: Meta will not take it as it is."
  private static let otherApp = "Another app leads this conversation: wait until it passes the thread back."

  static let rows: [Row] = [
    // Meta's own trouble.
    Row(1, nil, .retry, "Try again later."),
    Row(1, 99, .retry, "Try again; if it stays, check the app's permissions."),
    Row(1, 1_357_046, .unknown, "The message may have been delivered: wait for the echo."),
    Row(1, 2_018_382, .drop, parameter),
    Row(2, nil, .retry, "Try again later; if it stays for one person, they may have blocked the page."),
    Row(2, 2_018_344, .drop, "Let an administrator accept the terms in the page's inbox."),
    Row(1200, nil, .retry, "Try again later."),
    Row(100, 2_018_008, .retry, "Meta could not fetch the media: check its address."),
    Row(100, 2_018_294, .retry, "Meta took too long to fetch the media: make it smaller."),

    // Too many calls.
    Row(4, nil, .slowDown, slower),
    Row(4, 2_018_022, .slowDown, slower),
    Row(4, 2_018_354, .drop, "Keep Meta's gap between two marketing messages."),
    Row(17, nil, .slowDown, slower),
    Row(32, nil, .slowDown, slower),
    Row(341, nil, .slowDown, slower, wait: .seconds(3600)),
    Row(613, nil, .slowDown, slower),
    Row(613, 1_893_016, .drop, "Do not ask for this opt-in again."),
    Row(613, 2_018_338, .drop, "Meta warns of abuse of a tag toward this person: stop using it."),
    Row(80001, nil, .slowDown, slower),
    Row(80002, nil, .slowDown, slower),
    Row(80006, nil, .slowDown, slower),
    Row(
      368, nil, .slowDown, "Meta blocks this as abuse or against its policy: see the page's support inbox.",
      wait: .seconds(3600)),

    // The token, or the page as a whole.
    Row(102, nil, .parkPage, reconnect),
    Row(190, nil, .parkPage, reconnect),
    Row(190, 458, .parkPage, "The app was removed from the page. " + reconnect),
    Row(190, 459, .parkPage, "The owner must log in to Facebook and clear a check. " + reconnect),
    Row(190, 460, .parkPage, "The owner's password changed. " + reconnect),
    Row(190, 463, .parkPage, "The token expired. " + reconnect),
    Row(190, 464, .parkPage, "The owner's account is not confirmed. " + reconnect),
    Row(190, 467, .parkPage, "The token is no longer valid. " + reconnect),
    Row(190, 492, .parkPage, "The token's owner lost their role on the page. " + reconnect),
    Row(10, nil, .parkPage, "A permission was not granted or was taken back. " + reconnect),
    Row(10, 1_404_170, .parkPage, "Meta restricted this page: see its support inbox."),
    Row(10, 1_893_063, .parkPage, "Meta restricted this page: see its support inbox."),
    Row(2022, nil, .drop, "Meta switched commerce messages off for this page."),
    permission,

    // Who leads the conversation.
    Row(10, 2_018_300, .parkConversation, otherApp),
    Row(10, 2_018_321, .parkConversation, "A lead form's questions are being asked: wait until they are answered."),

    // Not to this person, or not now.
    Row(10, 2_018_065, .drop, outsideWindow),
    Row(10, 2_018_278, .drop, outsideWindow),
    Row(10, 2_534_022, .drop, outsideWindow),
    Row(10, 2_018_108, .drop, unavailable),
    Row(10, 2_018_336, .drop, unavailable),
    Row(10, 1_893_015, .drop, "The person stopped these notifications: forget the token."),
    Row(9, 2_018_352, .drop, "The person was asked for too many opt-ins."),
    Row(200, 1_545_041, .drop, unavailable),
    Row(200, 2_018_021, .drop, "Matching by phone number is not open to this page."),
    Row(200, 2_018_027, .drop, "Matching by phone number is not open to this app."),
    Row(200, 2_018_028, .drop, "Until Meta's review of pages_messaging only people with a role can be written to."),
    Row(230, nil, .drop, unavailable),
    Row(551, nil, .drop, unavailable),
    Row(10900, nil, .drop, "This comment was answered already."),
    Row(10903, nil, .drop, unavailable),
    Row(100, 2_018_001, .drop, "No such person on this page: check that the id is page-scoped to it."),
    Row(100, 2_018_218, .drop, "This account has no profile."),

    // The message itself.
    Row(3, nil, .drop, "The app lacks the capability for this call."),
    Row(100, nil, .drop, parameter),
    Row(100, 33, .drop, "The page or the person does not exist, or the token may not see it."),
    Row(506, nil, .drop, "The same was posted just before."),
    Row(803, nil, .drop, "An id does not exist."),
    Row(2500, nil, .drop, "Check MARTLET_GRAPH_URL and the id in the call."),
    Row(10303, nil, .drop, "The account linking token ended after its 5 minutes."),
    Row(36000, nil, .drop, "The image is too large."),
    Row(2_018_144, nil, .drop, "The game's notifications are used up for now."),
    Row(2_018_171, nil, .drop, "Only the primary receiver may do this."),
    Row(2_018_234, nil, .drop, "Only a secondary receiver may do this."),
    Row(2_018_247, nil, .drop, "The app may not read this profile field."),
    Row(9_000_001, nil, .drop, "The message answered to is gone."),
  ]
}
